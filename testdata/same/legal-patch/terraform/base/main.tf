resource "helm_release" "search" {
  name       = "search"
  namespace  = "vector"
  repository = "https://zilliztech.github.io/milvus-helm"
  chart      = "milvus"
  version    = "4.2.58"

  set = [
    { name = "cluster.enabled", value = "false" },
    { name = "image.all.repository", value = "milvusdb/milvus" },
    { name = "image.all.tag", value = "v2.5.16" },
    { name = "pulsar.enabled", value = "false" },
    { name = "pulsarv3.enabled", value = "false" },
    { name = "standalone.messageQueue", value = "rocksmq" },
  ]
}
