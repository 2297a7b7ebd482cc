package main

import (
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// Which components a Milvus has, and which of them waits for which.

// The name of a component is that of its field without capitals.
var fieldOf = map[string]string{
	"proxy": "proxy", "mixcoord": "mixCoord", "rootcoord": "rootCoord", "indexcoord": "indexCoord", "datacoord": "dataCoord",
	"querycoord": "queryCoord", "indexnode": "indexNode", "datanode": "dataNode", "querynode": "queryNode",
	"streamingnode": "streamingNode", "standalone": "standalone",
}

var fourCoordinators = []string{"rootcoord", "datacoord", "querycoord", "indexcoord"}

// isNew says whether the operator takes an image for 2.6 or newer; what it cannot read counts as old.
func isNew(milvus *unstructured.Unstructured, image string) bool {
	version := text(milvus, "spec.components.version")
	if version == "" {
		at := strings.LastIndex(image, ":")
		if at < 0 || strings.Contains(image, "@") {
			return false
		}
		version = image[at+1:]
	}
	if strings.HasPrefix(version, "master-") {
		return true
	}
	number, _, _ := strings.Cut(strings.TrimPrefix(version, "v"), "-")
	parts := strings.Split(number, ".")
	major, err := strconv.Atoi(parts[0])
	if err != nil || len(parts) > 3 {
		return false
	}
	minor := 0
	for place, part := range parts[1:] {
		value, err := strconv.Atoi(part)
		if err != nil {
			return false
		}
		if place == 0 {
			minor = value
		}
	}
	// A suffix is read only behind all three numbers: `2.6-latest` is no version.
	if strings.Contains(version, "-") && len(parts) < 3 {
		return false
	}
	return major > 2 || major == 2 && minor >= 6
}

func isCluster(milvus *unstructured.Unstructured) bool {
	return text(milvus, "spec.mode") == "cluster"
}

func targetImage(milvus *unstructured.Unstructured) string {
	return text(milvus, "spec.components.image")
}

// componentsOf are the components that get a Deployment, in the order in which the operator goes through them.
func componentsOf(milvus *unstructured.Unstructured) []string {
	if !isCluster(milvus) {
		return []string{"standalone"}
	}
	var all []string
	mixed := has(milvus, "spec.components.mixCoord")
	switch {
	case isNew(milvus, targetImage(milvus)):
		return []string{"mixcoord", "datanode", "streamingnode", "querynode", "proxy", "standalone"}
	case mixed:
		all = []string{"mixcoord"}
	default:
		all = append(all, fourCoordinators...)
	}
	all = append(all, "datanode", "querynode", "indexnode", "proxy", "standalone")
	if truth(milvus, "spec.components.streamingMode", false) || has(milvus, "spec.components.streamingNode") {
		all = append(all, "streamingnode")
	}
	return all
}

// order is the order in which components get a new image; one that is not in it waits for nobody.
func order(milvus *unstructured.Unstructured) []string {
	if !isCluster(milvus) {
		return nil
	}
	down := text(milvus, "spec.components.imageUpdateMode") == "rollingDowngrade"
	toNew := isNew(milvus, targetImage(milvus))
	var all []string
	switch {
	case toNew && !isNew(milvus, text(milvus, "status.currentImage")):
		// The way into 2.6 is the same in both directions.
		return []string{"streamingnode", "mixcoord", "querynode", "datanode", "proxy"}
	case toNew || truth(milvus, "spec.components.streamingMode", false):
		// Four coordinators are not in this order, and nothing after them ever gets its turn.
		all = []string{"mixcoord", "streamingnode", "querynode", "datanode", "proxy"}
	case has(milvus, "spec.components.mixCoord"):
		all = []string{"indexnode", "mixcoord", "querynode", "datanode", "proxy"}
	default:
		all = []string{"indexnode", "rootcoord", "datacoord", "indexcoord", "querycoord", "querynode", "datanode", "proxy"}
	}
	if down {
		for left, right := 0, len(all)-1; left < right; left, right = left+1, right-1 {
			all[left], all[right] = all[right], all[left]
		}
	}
	return all
}

// before is the component that has to be finished first, or nothing.
func before(milvus *unstructured.Unstructured, component string) string {
	last := ""
	for _, name := range order(milvus) {
		if name == component {
			return last
		}
		last = name
	}
	return ""
}

func inOrder(milvus *unstructured.Unstructured, component string) bool {
	for _, name := range order(milvus) {
		if name == component {
			return true
		}
	}
	return false
}

func replicasOf(milvus *unstructured.Unstructured, component string) int64 {
	otherwise := int64(1)
	if component == "standalone" && isCluster(milvus) {
		otherwise = 0
	}
	return number(milvus, "spec.components."+fieldOf[component]+".replicas", otherwise)
}

// imageOf is what a component should run: its own image wins over that of all.
func imageOf(milvus *unstructured.Unstructured, component string) string {
	if own := text(milvus, "spec.components."+fieldOf[component]+".image"); own != "" {
		return own
	}
	return targetImage(milvus)
}

// isStopped says whether every component is to have no replicas.
func isStopped(milvus *unstructured.Unstructured) bool {
	for _, component := range componentsOf(milvus) {
		if replicasOf(milvus, component) != 0 {
			return false
		}
	}
	return true
}
