#!/bin/bash
helm repo add zilliztech https://zilliztech.github.io/milvus-helm/
helm upgrade --install vectors zilliztech/milvus --version 4.0.5 -f values.yaml
helm upgrade vectors zilliztech/milvus --version 4.2.8 --reuse-values
