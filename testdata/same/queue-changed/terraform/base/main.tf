resource "helm_release" "search" {
  name       = "search"
  namespace  = "vector"
  repository = "https://zilliztech.github.io/milvus-helm"
  chart      = "milvus"
  version    = "5.0.25"

  values = [yamlencode({
    cluster = { enabled = false }
    image = {
      all = {
        repository = "milvusdb/milvus"
        tag        = "v2.6.22"
      }
    }
    pulsar     = { enabled = false }
    pulsarv3   = { enabled = false }
    standalone = { messageQueue = "rocksmq" }
  })]
}
