#!/usr/bin/env bash
# Starts a real Kubernetes on loopback (etcd, API server, controller manager, scheduler, and KWOK for the nodes), installs
# the operator's CRDs, and prints the path of an admin's kubeconfig. down.sh stops it.
#
#   up.sh [all]       everything, with one simulated node and the stand-in for the operator
#   up.sh small       etcd and the API server only: enough to read, write and watch
#   up.sh apiserver   the API server again, after a test has killed it
#   up.sh operator    the stand-in for the operator again
#
# LIVE_PORT: the first of ten ports (36443). LIVE_STATE: the folder for all state. LIVE_SPEED: how many times faster than the
# real operator the stand-in is (30). LIVE_OPERATOR=no: without it. LIVE_TAINT=1: no pod on the simulated node without a toleration.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
port=${LIVE_PORT:-36443} speed=${LIVE_SPEED:-30}
state=${LIVE_STATE:-${TMPDIR:-/tmp}/milvus-lint-live-$port}
kube=$("$here/build.sh" kube)
mkdir -p "$state"/{log,pid,pki}
cd "$state"
kubectl() { "$kube" kubectl --kubeconfig "$state/admin.kubeconfig" --cache-dir "$state/cache" "$@"; }
# The same kubectl for whoever wants a program of that name.
printf '#!/bin/sh\nexec "%s" kubectl "$@"\n' "$kube" >kubectl && chmod +x kubectl

certificate() { # name subject usage [another extension]
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "$2" -keyout "$1.key" -out "$1.csr"
    openssl x509 -req -in "$1.csr" -CA ca.crt -CAkey ca.key -CAcreateserial -days 30 -out "$1.crt" \
        -extfile <(printf '%s\n' 'keyUsage=digitalSignature' "extendedKeyUsage=$3" ${4:+"$4"})
}

certificates() {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=live-tests \
        -addext keyUsage=critical,keyCertSign,cRLSign -keyout ca.key -out ca.crt
    certificate server /CN=kube-apiserver serverAuth 'subjectAltName=IP:127.0.0.1,DNS:localhost'
    certificate admin /O=system:masters/CN=admin clientAuth
    certificate controllers /CN=system:kube-controller-manager clientAuth
    certificate scheduler /CN=system:kube-scheduler clientAuth
    openssl genrsa -out accounts.key 2048
}

kubeconfig() { # name
    local ca crt key
    ca=$(base64 -w0 pki/ca.crt) crt=$(base64 -w0 "pki/$1.crt") key=$(base64 -w0 "pki/$1.key")
    cat >"$1.kubeconfig" <<YAML
apiVersion: v1
kind: Config
current-context: live
clusters: [{name: live, cluster: {server: "https://127.0.0.1:$port", certificate-authority-data: $ca}}]
users: [{name: $1, user: {client-certificate-data: $crt, client-key-data: $key}}]
contexts: [{name: live, context: {cluster: live, user: $1}}]
YAML
}

start() { # name command...
    local name=$1
    shift
    setsid "$@" >>"log/$name.log" 2>&1 </dev/null 9>&- &
    echo $! >"pid/$name"
}

wait_for() { # seconds what command...
    local end=$((SECONDS + $1)) what=$2
    shift 2
    until "$@" >/dev/null 2>&1; do
        ((SECONDS < end)) || { echo "up.sh: $what is not ready; see $state/log" >&2; exit 1; }
        sleep 0.2
    done
}

# A killed predecessor frees its port only once it is gone.
gone() { # name
    [[ ! -f pid/$1 ]] || wait_for 70 "the end of the old $1" test ! -d "/proc/$(<"pid/$1")"
}

start_apiserver() {
    gone apiserver
    # Several flags in one variable are several words.
    # shellcheck disable=SC2086
    start apiserver "$kube" apiserver \
        --etcd-servers "http://127.0.0.1:$((port + 1))" --endpoint-reconciler-type none \
        --bind-address 127.0.0.1 --advertise-address 127.0.0.1 --secure-port "$port" \
        --client-ca-file pki/ca.crt --tls-cert-file pki/server.crt --tls-private-key-file pki/server.key \
        --authorization-mode RBAC --service-cluster-ip-range 10.0.0.0/16 \
        --service-account-issuer https://kubernetes.default.svc \
        --service-account-key-file pki/accounts.key --service-account-signing-key-file pki/accounts.key \
        ${LIVE_APISERVER_FLAGS:-}
    wait_for 180 'the API server' kubectl get --raw /readyz
}

start_controllers() {
    start controller-manager "$kube" controller-manager --kubeconfig controllers.kubeconfig --leader-elect=false \
        --bind-address 127.0.0.1 --secure-port 0 --use-service-account-credentials \
        --service-account-private-key-file pki/accounts.key --root-ca-file pki/ca.crt \
        --cluster-signing-cert-file pki/ca.crt --cluster-signing-key-file pki/ca.key \
        --pvclaimbinder-sync-period 1s
    start scheduler "$kube" scheduler --kubeconfig scheduler.kubeconfig --leader-elect=false \
        --bind-address 127.0.0.1 --secure-port 0
    start kwok "$kube" kwok --config "$here/stages.yaml" --kubeconfig admin.kubeconfig \
        --manage-nodes-with-label-selector type=simulated --node-lease-duration-seconds 40 --cidr 10.1.0.0/16 \
        --server-address "127.0.0.1:$((port + 3))" --node-ip 127.0.0.1
}

start_operator() {
    [[ ${LIVE_OPERATOR:-yes} != no ]] || return 0
    local operator
    operator=$("$here/build.sh" operator)
    gone operator
    start operator "$operator" --kubeconfig admin.kubeconfig --speed "$speed"
}

add_node() {
    local taints=''
    [[ -z ${LIVE_TAINT:-} ]] || taints='{key: live-test/simulated, effect: NoSchedule}'
    kubectl apply -f - <<YAML
apiVersion: v1
kind: Node
metadata: {name: simulated-1, labels: {kubernetes.io/hostname: simulated-1, kubernetes.io/os: linux, type: simulated}}
spec: {taints: [$taints]}
status: {allocatable: {cpu: "512", memory: 2048Gi, pods: "5000"}, capacity: {cpu: "512", memory: 2048Gi, pods: "5000"}}
YAML
}

# Volumes for backups: nobody provisions them here, and each is used once.
add_volumes() {
    local number
    for number in $(seq 100); do
        cat <<YAML
---
apiVersion: v1
kind: PersistentVolume
metadata: {name: backup-$number}
spec:
  capacity: {storage: 10Gi}
  accessModes: [ReadWriteOnce]
  persistentVolumeReclaimPolicy: Retain
  hostPath: {path: /nowhere/backup-$number}
YAML
    done | kubectl apply --server-side -f -
}

start_cluster() {
    [[ -f pki/accounts.key ]] || (cd pki && certificates) 2>log/pki.log
    for who in admin controllers scheduler; do kubeconfig "$who"; done
    start etcd "$kube" etcd --data-dir "$state/etcd" --port "$((port + 1))"
    start_apiserver
    kubectl apply --server-side -f "$here/../../schemas/crd" >/dev/null
    wait_for 60 'the CRDs' kubectl get --raw /openapi/v3/apis/milvus.io/v1beta1
}

case ${1:-all} in
apiserver) start_apiserver ;;
operator) start_operator ;;
small) start_cluster ;;
all)
    start_cluster
    start_controllers
    wait_for 120 'the default service account' kubectl get serviceaccount default
    add_node >/dev/null
    add_volumes >/dev/null
    wait_for 120 'the simulated node' kubectl wait --for=condition=Ready --timeout=5s node/simulated-1
    start_operator
    ;;
*) echo 'usage: up.sh [all|small|apiserver|operator]' >&2; exit 2 ;;
esac
printf '%s\n' "$state/admin.kubeconfig"
