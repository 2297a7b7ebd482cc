package main

import (
	"fmt"
	"strings"
	"time"

	core "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/errors"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// What a Milvus says of itself. It is judged when it is due, and the current image, the terminating pods and the components
// that are still in the spec are all that it sees.

func conditions(object *unstructured.Unstructured) []any {
	list, _ := get(object, "status.conditions")
	found, _ := list.([]any)
	return found
}

// condition is the status of a condition, or nothing.
func condition(object *unstructured.Unstructured, kind string) string {
	for _, one := range conditions(object) {
		if entry, ok := one.(map[string]any); ok && entry["type"] == kind {
			return fmt.Sprint(entry["status"])
		}
	}
	return ""
}

// say writes a condition; its time moves only when its status does.
func say(object *unstructured.Unstructured, kind, status, reason, message string) {
	entry := map[string]any{
		"type": kind, "status": status, "reason": reason, "message": message,
		"lastTransitionTime": time.Now().UTC().Format(time.RFC3339),
	}
	all := append([]any{}, conditions(object)...)
	for place, one := range all {
		if old, ok := one.(map[string]any); ok && old["type"] == kind {
			if old["status"] == status {
				entry["lastTransitionTime"] = old["lastTransitionTime"]
			}
			all[place] = entry
			_ = unstructured.SetNestedSlice(object.Object, all, "status", "conditions")
			return
		}
	}
	_ = unstructured.SetNestedSlice(object.Object, append(all, entry), "status", "conditions")
}

func unsay(object *unstructured.Unstructured, kinds ...string) {
	var left []any
	for _, one := range conditions(object) {
		entry, ok := one.(map[string]any)
		if ok && !strings.Contains(" "+strings.Join(kinds, " ")+" ", fmt.Sprintf(" %v ", entry["type"])) {
			left = append(left, one)
		}
	}
	_ = unstructured.SetNestedSlice(object.Object, left, "status", "conditions")
}

var dependencies = []string{"EtcdReady", "StorageReady", "MsgStreamReady"}

// checkDependencies asks no server: an endpoint is there unless its name begins with `unreachable`, and the storage needs its
// Secret. A stopped Milvus says nothing of its dependencies.
func (l *look) checkDependencies() {
	if isStopped(l.milvus) {
		unsay(l.milvus, dependencies...)
		return
	}
	unreachable := func(path string) bool {
		value, _ := get(l.milvus, path)
		return strings.Contains(fmt.Sprint(value), "unreachable")
	}
	report := func(kind string, fails bool, reason string) {
		if fails {
			say(l.milvus, kind, "False", reason, reason)
		} else {
			say(l.milvus, kind, "True", kind, "")
		}
	}
	report("EtcdReady", unreachable("spec.dependencies.etcd.endpoints"), "EtcdNotReady")
	report("MsgStreamReady", unreachable("spec.dependencies.kafka.brokerList") || unreachable("spec.dependencies.pulsar.endpoint"), "MsgStreamNotReady")
	secret := text(l.milvus, "spec.dependencies.storage.secretRef")
	_, err := l.kube.CoreV1().Secrets(l.milvus.GetNamespace()).Get(l.ctx, secret, meta.GetOptions{})
	switch {
	case secret != "" && errors.IsNotFound(err):
		report("StorageReady", true, "SecretNotExist")
	default:
		report("StorageReady", unreachable("spec.dependencies.storage.endpoint"), "ClientError")
	}
}

func (l *look) dependenciesReady() bool {
	for _, kind := range dependencies {
		if condition(l.milvus, kind) != "True" {
			return false
		}
	}
	return true
}

// judge makes the conditions out of what runs.
func (l *look) judge() {
	l.checkDependencies()
	stopped := isStopped(l.milvus)
	if stopped {
		reason, message := "MilvusStopped", "All Milvus components are stopping"
		if l.anyPod() {
			reason, message = "MilvusStopping", "All Milvus components are stopped"
		}
		say(l.milvus, "MilvusReady", "False", reason, message)
		set(l.milvus, "status.status", "Stopped")
	} else {
		l.judgeReady()
	}
	l.judgeUpdated()
	if condition(l.milvus, "MilvusReady") == "True" && condition(l.milvus, "MilvusUpdated") == "True" {
		set(l.milvus, "status.currentImage", targetImage(l.milvus))
	}
	l.listDeployments()
}

func (l *look) judgeReady() {
	var missing []string
	for _, component := range componentsOf(l.milvus) {
		if !l.serves(component) {
			missing = append(missing, component)
		}
	}
	if len(missing) == 0 {
		say(l.milvus, "MilvusReady", "True", "ReasonMilvusHealthy", "All Milvus components are healthy")
		set(l.milvus, "status.status", "Healthy")
		return
	}
	message := fmt.Sprintf("%v not ready, detail: component[%s]: updating deployment", missing, missing[0])
	say(l.milvus, "MilvusReady", "False", "MilvusComponentNotHealthy", message)
	switch text(l.milvus, "status.status") {
	case "Healthy":
		set(l.milvus, "status.status", "Unhealthy")
	case "Stopped":
		set(l.milvus, "status.status", "Pending")
	}
}

// serves is true as long as enough pods serve, whatever their image: an old pod is as good as a new one. Only query nodes
// count as missing while the pods of a rollout are not ready yet.
func (l *look) serves(component string) bool {
	names := []string{component}
	if component == "querynode" {
		names = []string{group("0"), group("1")}
	}
	there := int64(0)
	for _, name := range names {
		one := l.deployments[name]
		if one == nil || one.Status.AvailableReplicas < *one.Spec.Replicas {
			return false
		}
		there += int64(one.Status.AvailableReplicas)
	}
	return there >= replicasOf(l.milvus, component)
}

func (l *look) judgeUpdated() {
	var old bool
	var changing, underWay []string
	for _, component := range componentsOf(l.milvus) {
		hasImage, complete := l.progress(component)
		old = old || !hasImage
		if !complete {
			underWay = append(underWay, component)
			if hasImage {
				changing = append(changing, component)
			}
		}
	}
	switch {
	case !isStopped(l.milvus) && l.anyTerminating():
		say(l.milvus, "MilvusUpdated", "False", "MilvusComponentsUpdating", "Milvus has terminating pods")
	case old && !isStopped(l.milvus):
		message := "Milvus is performing rolling upgrade pending components[" + strings.Join(changing, ",") + "]"
		say(l.milvus, "MilvusUpdated", "False", "MilvusUpgradingImage", message)
	case len(underWay) > 0:
		message := "Milvus components[" + strings.Join(underWay, ",") + "] are updating"
		say(l.milvus, "MilvusUpdated", "False", "MilvusComponentsUpdating", message)
	default:
		say(l.milvus, "MilvusUpdated", "True", "MilvusComponentsUpdated", "Milvus components are all updated")
	}
}

// progress says whether a component has the image of all, and whether its rollout is complete.
func (l *look) progress(component string) (hasImage, complete bool) {
	if component == "querynode" {
		serving := l.deployments[group(annotation(l.milvus, currentGroup))]
		rolling := l.milvus.GetLabels()[rollingLabel] != ""
		if serving == nil {
			return false, false
		}
		return imageIn(serving) == targetImage(l.milvus), isComplete(serving) && !rolling
	}
	one := l.deployments[component]
	return one != nil && imageIn(one) == targetImage(l.milvus), one != nil && isComplete(one)
}

func (l *look) ofThisMilvus(pod core.Pod) bool {
	component := pod.Labels["app.kubernetes.io/component"]
	for _, known := range append(componentsOf(l.milvus), append(fourCoordinators, "indexnode")...) {
		if component == known {
			return true
		}
	}
	return false
}

func (l *look) anyPod() bool {
	for _, pod := range l.pods {
		if l.ofThisMilvus(pod) {
			return true
		}
	}
	return false
}

func (l *look) anyTerminating() bool {
	for _, pod := range l.pods {
		if pod.DeletionTimestamp != nil && l.ofThisMilvus(pod) {
			return true
		}
	}
	return false
}

// listDeployments names the Deployments of components that are in the spec; an orphan is in no list.
func (l *look) listDeployments() {
	listed := map[string]any{}
	for _, component := range componentsOf(l.milvus) {
		name := component
		if component == "querynode" {
			name = group(annotation(l.milvus, currentGroup))
		}
		if one := l.deployments[name]; one != nil {
			listed[component] = map[string]any{
				"generation": one.Generation, "image": imageIn(one),
				"status": map[string]any{
					"observedGeneration": one.Status.ObservedGeneration, "replicas": int64(one.Status.Replicas),
					"updatedReplicas": int64(one.Status.UpdatedReplicas), "readyReplicas": int64(one.Status.ReadyReplicas),
					"availableReplicas": int64(one.Status.AvailableReplicas),
				},
			}
		}
	}
	_ = unstructured.SetNestedMap(l.milvus.Object, listed, "status", "componentsDeployStatus")
}

func (l *look) writeStatus() error {
	written, err := l.milvuses(l.milvus.GetNamespace()).UpdateStatus(l.ctx, l.milvus, meta.UpdateOptions{FieldManager: manager})
	if err == nil {
		l.milvus.Object = written.Object
	}
	return err
}
