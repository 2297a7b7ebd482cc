variable "milvus_tag" {
  type    = string
  default = "v2.6.22"
}
