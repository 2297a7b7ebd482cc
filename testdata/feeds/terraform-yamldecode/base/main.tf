locals { versions = yamldecode(file("${path.module}/versions.yaml")) }
resource "helm_release" "milvus" {
  name       = "milvus"
  repository = "https://zilliztech.github.io/milvus-helm/"
  chart      = "milvus"
  version    = local.versions.milvus.chart
}
