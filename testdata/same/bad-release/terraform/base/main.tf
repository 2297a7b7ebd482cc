resource "helm_release" "search" {
  name       = "search"
  namespace  = "vector"
  repository = "https://zilliztech.github.io/milvus-helm"
  chart      = "milvus"
  version    = "4.1.13"

  values = [
    <<-EOT
      cluster:
        enabled: false
      image:
        all:
          repository: milvusdb/milvus
          tag: v2.3.6
      pulsar:
        enabled: false
      pulsarv3:
        enabled: false
      standalone:
        messageQueue: rocksmq
    EOT
  ]
}
