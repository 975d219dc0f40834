"""Runs OpenCV's surface_matching and Open3D's FPFH + RANSAC + ICP on exported clouds. One JSON line per answer.

Usage: peers.py <folder>; it holds questions.json and float32 [n, 6] clouds (point mm, unit normal) as .npy.
"""
import json
import sys
import time
from pathlib import Path

import numpy as np

folder = Path(sys.argv[1])
questions = json.loads((folder / "questions.json").read_text())
# In an order that mixes the sets; a method that is not through after the limit leaves the rest unanswered.
questions.sort(key=lambda question: question["id"] * 7919 % 1009)
LIMIT_SECONDS = 150.0


def in_time(peer):
    began = time.perf_counter()
    for count, question in enumerate(questions):
        if time.perf_counter() - began > LIMIT_SECONDS:
            reason = f"{count} of {len(questions)} questions in {LIMIT_SECONDS:.0f} s"
            print(json.dumps({"skipped": f"the rest of {peer}", "reason": reason}), flush=True)
            return
        yield question


def say(peer, question, matrix, seconds, prepare_seconds):
    line = {"peer": peer, "id": question["id"], "matrix": np.asarray(matrix, float).reshape(16).tolist()}
    print(json.dumps({**line, "seconds": seconds, "prepareSeconds": prepare_seconds}), flush=True)


def run_opencv():
    import cv2

    detectors = {}
    for question in in_time("OpenCV PPF + ICP"):
        name = question["model"]
        model = np.load(folder / name)
        began = time.perf_counter()
        if name not in detectors:
            detector = cv2.ppf_match_3d_PPF3DDetector(0.05, 0.05)
            detector.trainModel(model)
            detectors[name] = detector
        prepare = time.perf_counter() - began
        scene = np.load(folder / question["scene"])
        began = time.perf_counter()
        try:
            poses = detectors[name].match(scene, 1 / 5, 0.05)[:5]
            icp = cv2.ppf_match_3d_ICP(100, 0.005, 2.5, 8)
            _, poses = icp.registerModelToScene(model, scene, poses)
            best = min(poses, key=lambda pose: pose.residual) if len(poses) else None
            matrix = np.eye(4) if best is None else best.pose
        except cv2.error:
            matrix = np.eye(4)
        say("OpenCV PPF + ICP", question, matrix, time.perf_counter() - began, prepare)


def run_open3d():
    import open3d as o3d

    reg = o3d.pipelines.registration
    models = {}

    def cloud_of(array, voxel):
        cloud = o3d.geometry.PointCloud(o3d.utility.Vector3dVector(array[:, :3].astype(float)))
        cloud.normals = o3d.utility.Vector3dVector(array[:, 3:].astype(float))
        small = cloud.voxel_down_sample(voxel)
        near = o3d.geometry.KDTreeSearchParamHybrid(radius=5 * voxel, max_nn=100)
        return cloud, small, reg.compute_fpfh_feature(small, near)

    for question in in_time("Open3D FPFH + RANSAC + ICP"):
        voxel = 0.04 * question["diameter"]
        began = time.perf_counter()
        if question["model"] not in models:
            models[question["model"]] = cloud_of(np.load(folder / question["model"]), voxel)
        prepare = time.perf_counter() - began
        array = np.load(folder / question["scene"])
        began = time.perf_counter()
        model, small, features = models[question["model"]]
        scene, scene_small, scene_features = cloud_of(array, voxel)
        try:
            coarse = reg.registration_ransac_based_on_feature_matching(
                small, scene_small, features, scene_features, True, 1.5 * voxel,
                reg.TransformationEstimationPointToPoint(False), 3,
                [reg.CorrespondenceCheckerBasedOnEdgeLength(0.9),
                 reg.CorrespondenceCheckerBasedOnDistance(1.5 * voxel)],
                reg.RANSACConvergenceCriteria(100000, 0.999))
            fine = reg.registration_icp(model, scene, 0.5 * voxel, coarse.transformation,
                                        reg.TransformationEstimationPointToPlane())
            matrix = fine.transformation
        except RuntimeError:
            matrix = np.eye(4)
        say("Open3D FPFH + RANSAC + ICP", question, matrix, time.perf_counter() - began, prepare)


for run in (run_opencv, run_open3d):
    try:
        run()
    except ImportError as error:
        print(json.dumps({"skipped": run.__name__, "reason": str(error)}), flush=True)
