variable "milvus_tag" {
  type    = string
  default = "v2.5.27"
}
