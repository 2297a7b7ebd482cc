#!/bin/bash
set -e
./migrate.sh -i cluster-400 -n testing -s 2.1.4 -t 2.2.0 -m milvusdb/meta-migration:v2.2.0 -w milvusdb/milvus:master-20221031-48f5c600
