variable "tag" { default = "v2.5.16" }
resource "helm_release" "milvus" {
  name       = "milvus"
  repository = "https://zilliztech.github.io/milvus-helm/"
  chart      = "milvus"
  version    = "4.2.58"
  values = [templatefile("${path.module}/values.yaml.tpl", { tag = format("%s", var.tag) })]
}
