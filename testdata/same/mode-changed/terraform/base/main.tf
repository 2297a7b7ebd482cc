resource "helm_release" "search" {
  name       = "search"
  namespace  = "vector"
  repository = "https://zilliztech.github.io/milvus-helm"
  chart      = "milvus"
  version    = "4.2.58"

  values = [
    <<-EOT
      cluster:
        enabled: false
      image:
        all:
          repository: milvusdb/milvus
          tag: v2.5.27
      kafka:
        enabled: true
      pulsar:
        enabled: false
      pulsarv3:
        enabled: false
      standalone:
        messageQueue: kafka
    EOT
  ]
}
