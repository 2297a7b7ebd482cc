resource "helm_release" "search" {
  name       = "search"
  namespace  = "vector"
  repository = "https://zilliztech.github.io/milvus-helm"
  chart      = "milvus"
  version    = ">=4.2.0"

  set {
    name  = "cluster.enabled"
    value = "false"
  }

  set {
    name  = "image.all.repository"
    value = "milvusdb/milvus"
  }

  set {
    name  = "image.all.tag"
    value = "v2.6.22"
  }

  set {
    name  = "pulsar.enabled"
    value = "false"
  }

  set {
    name  = "pulsarv3.enabled"
    value = "false"
  }

  set {
    name  = "standalone.messageQueue"
    value = "rocksmq"
  }
}
