milvus_version = "4.1.10"
