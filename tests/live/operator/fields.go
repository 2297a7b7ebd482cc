package main

import (
	"sort"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// Reading and writing below `spec` and `status` by dotted paths. A path through something that is no map leads nowhere.

func get(object *unstructured.Unstructured, path string) (any, bool) {
	value, found, err := unstructured.NestedFieldNoCopy(object.Object, strings.Split(path, ".")...)
	return value, found && err == nil
}

func text(object *unstructured.Unstructured, path string) string {
	value, _ := get(object, path)
	found, _ := value.(string)
	return found
}

func number(object *unstructured.Unstructured, path string, otherwise int64) int64 {
	value, found := get(object, path)
	if whole, ok := value.(int64); found && ok {
		return whole
	}
	return otherwise
}

func truth(object *unstructured.Unstructured, path string, otherwise bool) bool {
	value, found := get(object, path)
	if answer, ok := value.(bool); found && ok {
		return answer
	}
	return otherwise
}

func has(object *unstructured.Unstructured, path string) bool {
	value, found := get(object, path)
	return found && value != nil
}

// set writes a value, and says whether it was another one before.
func set(object *unstructured.Unstructured, path string, value any) bool {
	if old, found := get(object, path); found && old == value {
		return false
	}
	return unstructured.SetNestedField(object.Object, value, strings.Split(path, ".")...) == nil
}

// fill writes a value where there is none.
func fill(object *unstructured.Unstructured, path string, value any) bool {
	return !has(object, path) && set(object, path, value)
}

func remove(object *unstructured.Unstructured, path string) {
	unstructured.RemoveNestedField(object.Object, strings.Split(path, ".")...)
}

func annotation(object *unstructured.Unstructured, name string) string {
	return object.GetAnnotations()[name]
}

// annotate writes an annotation, or removes it where the value is empty.
func annotate(object *unstructured.Unstructured, name, value string) {
	object.SetAnnotations(with(object.GetAnnotations(), name, value))
}

func label(object *unstructured.Unstructured, name, value string) {
	object.SetLabels(with(object.GetLabels(), name, value))
}

func with(all map[string]string, name, value string) map[string]string {
	if value == "" {
		delete(all, name)
		return all
	}
	if all == nil {
		all = map[string]string{}
	}
	all[name] = value
	return all
}

func sorted[V any](all map[string]V) []string {
	names := make([]string, 0, len(all))
	for name := range all {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}
