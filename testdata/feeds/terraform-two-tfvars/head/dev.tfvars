milvus_version = "5.0.2"
