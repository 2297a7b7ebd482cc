resource "helm_release" "milvus" {
  name       = "milvus"
  namespace  = "vectors"
  repository = "https://zilliztech.github.io/milvus-helm"
  chart      = "milvus"
  version    = "4.0.12"
  values = [<<-EOT
    cluster:
      enabled: false
    minio:
      mode: standalone
    pulsar:
      enabled: false
  EOT
  ]
}
