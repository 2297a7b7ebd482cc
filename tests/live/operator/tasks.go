package main

import (
	"fmt"
	"strings"

	core "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// The pods in which a MilvusUpgrade has the metadata backed up, changed and restored. They belong to the MilvusUpgrade, with
// the volume of the backup, and go when it goes.

func (r *run) belongs() []meta.OwnerReference {
	yes := true
	return []meta.OwnerReference{{
		APIVersion: "milvus.io/v1beta1", Kind: "MilvusUpgrade", Name: r.upgrade.GetName(), UID: r.upgrade.GetUID(),
		Controller: &yes, BlockOwnerDeletion: &yes,
	}}
}

// claim asks for the volume of the backup, in the default storage class, whichever that is.
func (r *run) claim() error {
	claim := &core.PersistentVolumeClaim{
		ObjectMeta: meta.ObjectMeta{Name: r.upgrade.GetName(), OwnerReferences: r.belongs()},
		Spec: core.PersistentVolumeClaimSpec{
			AccessModes: []core.PersistentVolumeAccessMode{core.ReadWriteOnce},
			Resources: core.VolumeResourceRequirements{
				Requests: core.ResourceList{core.ResourceStorage: resource.MustParse("10Gi")},
			},
		},
	}
	claims := r.kube.CoreV1().PersistentVolumeClaims(r.upgrade.GetNamespace())
	_, err := claims.Create(r.ctx, claim, meta.CreateOptions{FieldManager: manager})
	if errors.IsAlreadyExists(err) {
		return nil
	}
	return err
}

// task is the phase of a pod, or nothing where there is none.
func (r *run) task(kind string) (string, error) {
	pods := r.kube.CoreV1().Pods(r.upgrade.GetNamespace())
	pod, err := pods.Get(r.ctx, r.upgrade.GetName()+"-"+kind, meta.GetOptions{})
	if errors.IsNotFound(err) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return string(pod.Status.Phase), nil
}

func (r *run) deleteTask(kind string) error {
	now := int64(0)
	pods := r.kube.CoreV1().Pods(r.upgrade.GetNamespace())
	err := pods.Delete(r.ctx, r.upgrade.GetName()+"-"+kind, meta.DeleteOptions{GracePeriodSeconds: &now})
	if errors.IsNotFound(err) {
		return nil
	}
	return err
}

func (r *run) startTask(kind string) error {
	if err := r.writeSettings(kind); err != nil {
		return fmt.Errorf("start %s pod: %w", kind, err)
	}
	name := r.upgrade.GetName() + "-" + kind
	claim := text(r.upgrade, "status.backupPVC")
	pod := &core.Pod{
		ObjectMeta: meta.ObjectMeta{
			Name: name, OwnerReferences: r.belongs(),
			Labels: map[string]string{
				"app.kubernetes.io/managed-by": "milvus-operator",
				"milvus.io/upgrade":            r.upgrade.GetName(),
				"milvus.io/task-kind":          kind,
			},
		},
		Spec: core.PodSpec{
			RestartPolicy: core.RestartPolicyNever,
			Containers: []core.Container{{
				Name: "meta-migration", Image: text(r.upgrade, "spec.toolImage"),
				Command: []string{"/milvus/bin/meta-migration"}, Args: []string{"-config", "/milvus/configs/migration.yaml"},
				VolumeMounts: []core.VolumeMount{{Name: "backup", MountPath: "/milvus/data"}, {Name: "settings", MountPath: "/milvus/configs"}},
			}},
			Volumes: []core.Volume{
				{Name: "backup", VolumeSource: core.VolumeSource{
					PersistentVolumeClaim: &core.PersistentVolumeClaimVolumeSource{ClaimName: claim}}},
				{Name: "settings", VolumeSource: core.VolumeSource{
					ConfigMap: &core.ConfigMapVolumeSource{LocalObjectReference: core.LocalObjectReference{Name: name}}}},
			},
		},
	}
	_, err := r.kube.CoreV1().Pods(r.upgrade.GetNamespace()).Create(r.ctx, pod, meta.CreateOptions{FieldManager: manager})
	if errors.IsAlreadyExists(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("start %s pod: %w", kind, err)
	}
	return nil
}

func (r *run) writeSettings(kind string) error {
	command := map[string]string{"backup-meta": "backup", "update-meta": "run", "rollback-meta": "rollback"}[kind]
	plain := func(path string) string { return strings.TrimPrefix(text(r.upgrade, path), "v") }
	settings := &core.ConfigMap{
		ObjectMeta: meta.ObjectMeta{Name: r.upgrade.GetName() + "-" + kind, OwnerReferences: r.belongs()},
		Data: map[string]string{"migration.yaml": fmt.Sprintf(
			"cmd:\n  type: %s\nconfig:\n  sourceVersion: %s\n  targetVersion: %s\n",
			command, plain("spec.sourceVersion"), plain("spec.targetVersion"))},
	}
	maps := r.kube.CoreV1().ConfigMaps(r.upgrade.GetNamespace())
	_, err := maps.Create(r.ctx, settings, meta.CreateOptions{FieldManager: manager})
	if errors.IsAlreadyExists(err) {
		return nil
	}
	return err
}
