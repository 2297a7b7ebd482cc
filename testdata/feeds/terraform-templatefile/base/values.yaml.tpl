cluster:
  enabled: true
image:
  all:
    tag: ${tag}
