//! Milvus in Terraform, each told by example.
