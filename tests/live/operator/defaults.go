package main

import "k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

// What the operator writes into a Milvus by itself, which is why its generation rises without anybody's change.

const (
	finalizer    = "milvus.milvus.io/finalizer"
	defaultImage = "milvusdb/milvus:v2.6.11"
)

// prepare is the first write: the finalizer, and the fields that are sent with every write.
func prepare(milvus *unstructured.Unstructured) bool {
	changed := false
	if finalizers := milvus.GetFinalizers(); len(finalizers) == 0 {
		milvus.SetFinalizers([]string{finalizer})
		changed = true
	}
	components, _ := get(milvus, "spec.components")
	fields, _ := components.(map[string]any)
	for _, field := range fieldOf {
		if _, there := fields[field]; there {
			changed = fill(milvus, "spec.components."+field+".paused", false) || changed
		}
	}
	return fill(milvus, "spec.components.paused", false) || changed
}

// complete is the second write: everything that decides what is made of the Milvus.
func complete(milvus *unstructured.Unstructured) bool {
	changed := fill(milvus, "spec.mode", "standalone")
	if targetImage(milvus) == "" {
		changed = set(milvus, "spec.components.image", defaultImage) || changed
	}
	toNew, cluster := isNew(milvus, targetImage(milvus)), isCluster(milvus)
	if text(milvus, "spec.dependencies.msgStreamType") == "" {
		queue := "rocksmq"
		if cluster {
			queue = "pulsar"
		} else if toNew {
			queue = "woodpecker"
		}
		changed = set(milvus, "spec.dependencies.msgStreamType", queue) || changed
	}
	changed = completeRolling(milvus) || changed
	for _, field := range wanted(milvus, toNew) {
		replicas := int64(1)
		if cluster && field == "standalone" {
			replicas = 0
		}
		// A component that scales by itself says so with another number, which stays.
		changed = fill(milvus, "spec.components."+field+".replicas", replicas) || changed
		changed = fill(milvus, "spec.components."+field+".paused", false) || changed
	}
	if cluster {
		if toNew {
			changed = set(milvus, "spec.components.streamingMode", true) || changed
		} else {
			changed = fill(milvus, "spec.components.streamingMode", false) || changed
		}
	}
	if milvus.GetLabels()["milvus.io/operator-version"] == "" {
		label(milvus, "milvus.io/operator-version", "1.3.8")
		annotate(milvus, "milvus.io/dependency-values-merged", "true")
		annotate(milvus, "milvus.io/pod-service-label-added", "true")
		changed = true
	}
	return changed
}

func completeRolling(milvus *unstructured.Unstructured) bool {
	queue := text(milvus, "spec.dependencies.msgStreamType")
	changed := false
	if !isCluster(milvus) && (queue == "rocksmq" || queue == "natsmq") {
		changed = set(milvus, "spec.components.enableRollingUpdate", false)
	} else {
		changed = fill(milvus, "spec.components.enableRollingUpdate", true)
	}
	changed = fill(milvus, "spec.components.imageUpdateMode", "rollingUpgrade") || changed
	changed = fill(milvus, "spec.components.rollingMode", int64(2)) || changed
	changed = fill(milvus, "spec.components.updateConfigMapOnly", true) || changed
	if !has(milvus, "spec.config") {
		changed = set(milvus, "spec.config", map[string]any{}) || changed
	}
	if truth(milvus, "spec.components.enableRollingUpdate", false) {
		for _, coordinator := range []string{"rootCoord", "dataCoord", "indexCoord", "queryCoord"} {
			changed = set(milvus, "spec.config."+coordinator+".enableActiveStandby", true) || changed
		}
	}
	return changed
}

// wanted are the components that must be in the spec.
func wanted(milvus *unstructured.Unstructured, toNew bool) []string {
	if !isCluster(milvus) {
		return []string{"standalone"}
	}
	all := []string{"dataNode", "queryNode", "proxy", "standalone"}
	four := false
	for _, coordinator := range fourCoordinators {
		four = four || has(milvus, "spec.components."+fieldOf[coordinator])
	}
	switch {
	case toNew:
		return append(all, "mixCoord", "streamingNode")
	case has(milvus, "spec.components.mixCoord") || !four:
		return append(all, "mixCoord", "indexNode")
	default:
		return append(all, "indexNode", "rootCoord", "dataCoord", "queryCoord", "indexCoord")
	}
}
