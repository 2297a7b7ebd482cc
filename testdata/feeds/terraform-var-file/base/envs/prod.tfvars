milvus_version = "4.2.58"
