resource "helm_release" "milvus" {
  name       = "milvus"
  repository = "https://zilliztech.github.io/milvus-helm/"
  chart      = "milvus"
  version    = "4.2.58"
  values     = [file("${path.module}/values.yaml")]
}
