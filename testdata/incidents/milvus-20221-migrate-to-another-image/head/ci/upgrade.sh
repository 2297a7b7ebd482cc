#!/bin/bash
set -e
./migrate.sh -i cluster-400 -n testing -s 2.1.4 -t 2.2.0 -m milvusdb/meta-migration:v2.2.0 -w milvusdb/milvus:v2.3.0
