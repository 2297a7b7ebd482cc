variable "versions" { default = { prod = "4.1.10" } }
resource "helm_release" "milvus" {
  name       = "milvus"
  repository = "https://zilliztech.github.io/milvus-helm/"
  chart      = "milvus"
  version    = lookup(var.versions, terraform.workspace, "5.0.2")
}
