// Command operator stands in for the Milvus operator in the live tests.
//
// It is not the operator and shares no code with it. It does, for Milvus and MilvusUpgrade resources on a real API server,
// what the operator (release 1.3.8, webhook off) was seen to do from outside: which Deployments it makes, in which order they
// get an image, what it says in the status and when that is not true, and the states of a MilvusUpgrade. What was not seen
// is not in here: deployment groups, rollingMode 3, `force` with its killed pods, dependencies inside the cluster, cdc,
// version v1alpha1. That milvus-lint gets along with it is no proof that it gets along with the operator.
//
// It minds only namespaces with the label live-test/operator=yes, so that other tests say themselves what runs.
//
// It keeps nothing to itself but the time of its last step, so it can be killed and started again at any moment.
package main

import (
	"context"
	"flag"
	"log"
	"os/signal"
	"syscall"
	"time"

	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
)

var (
	milvusResource  = schema.GroupVersionResource{Group: "milvus.io", Version: "v1beta1", Resource: "milvuses"}
	upgradeResource = schema.GroupVersionResource{Group: "milvus.io", Version: "v1beta1", Resource: "milvusupgrades"}
)

// Who writes, as the API server's records of field owners have it.
const manager = "milvus-operator-stand-in"

// Stand is the stand-in with its clients and its clock.
type Stand struct {
	ctx     context.Context
	kube    kubernetes.Interface
	dynamic dynamic.Interface
	// How many times faster than the operator all waiting is.
	speed float64
	seen  map[string]*memory
}

// What is remembered of one resource between two looks at it.
type memory struct {
	version string
	due     time.Time
	step    time.Time
}

func main() {
	kubeconfig := flag.String("kubeconfig", "", "kubeconfig of an admin")
	speed := flag.Float64("speed", 1, "how many times faster than the operator to wait")
	flag.Parse()
	config, err := clientcmd.BuildConfigFromFlags("", *kubeconfig)
	if err != nil {
		log.Fatal(err)
	}
	config.QPS, config.Burst = 500, 1000
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	stand := &Stand{
		ctx:     ctx,
		kube:    kubernetes.NewForConfigOrDie(config),
		dynamic: dynamic.NewForConfigOrDie(config),
		speed:   *speed,
		seen:    map[string]*memory{},
	}
	log.Printf("standing in for the Milvus operator, %g times as fast", *speed)
	// Looking again and again, instead of watching, gets over every fault of the API server by itself.
	for ctx.Err() == nil {
		if namespaces, err := stand.namespaces(); err == nil {
			stand.lookAtMilvuses(namespaces)
			stand.lookAtUpgrades(namespaces)
		}
		select {
		case <-ctx.Done():
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// namespaces are those that the stand-in minds.
func (s *Stand) namespaces() (map[string]bool, error) {
	list, err := s.kube.CoreV1().Namespaces().List(s.ctx, meta.ListOptions{LabelSelector: "live-test/operator=yes"})
	if err != nil {
		return nil, err
	}
	minded := map[string]bool{}
	for _, namespace := range list.Items {
		minded[namespace.Name] = namespace.DeletionTimestamp == nil
	}
	return minded, nil
}

// after is a waiting time of the operator, as long as it is here.
func (s *Stand) after(seconds float64) time.Duration {
	return time.Duration(seconds / s.speed * float64(time.Second))
}

// remember is what is known of a resource; it is made when it is first asked for.
func (s *Stand) remember(key string) *memory {
	if s.seen[key] == nil {
		s.seen[key] = &memory{}
	}
	return s.seen[key]
}
