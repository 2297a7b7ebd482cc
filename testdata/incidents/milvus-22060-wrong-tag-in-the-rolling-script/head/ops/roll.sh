#!/usr/bin/env bash
./rollingUpdate.sh -n vectors -i prod -t 2.2.33 -w milvusdb/milvus:v2.2.33
