"""A small picture of a model: rays through a grid, light from above the shoulder. Needs no screen and no GPU."""

import numpy
import trimesh
from PIL import Image

WIDTH, HEIGHT, FINER = 320, 240, 2
MOST = 4_000_000  # triangles; beyond, building the tree takes too long for a thumbnail
GREY = numpy.array([150, 163, 175], float)
EYE = {"z": numpy.array([1.0, -1.15, 0.85]), "y": numpy.array([1.0, 0.85, 1.15])}
SKY = {"z": numpy.array([0.0, 0.0, 1.0]), "y": numpy.array([0.0, 1.0, 0.0])}


def picture(scene, path, *, up):
    """Write a WebP of the scene with a clear ground; leave it out where the machine has no ray tracer."""
    meshes = scene.dump()
    mesh, colours = trimesh.util.concatenate(meshes), numpy.vstack([_colours(part) for part in meshes])
    if not trimesh.ray.has_embree or len(mesh.faces) > MOST:
        return
    right, above, towards = _camera(EYE[up], SKY[up])
    width, height = WIDTH * FINER, HEIGHT * FINER
    flat = mesh.vertices @ numpy.array([right, above]).T
    centre, spread = (flat.max(axis=0) + flat.min(axis=0)) / 2, numpy.ptp(flat, axis=0)
    pixel = max(spread[0] / (width * 0.9), spread[1] / (height * 0.9)) or 1.0
    columns, rows = numpy.meshgrid(numpy.arange(width) - width / 2, height / 2 - numpy.arange(height))
    reach = numpy.linalg.norm(mesh.extents) + 1e-9
    middle = mesh.bounds.mean(axis=0)
    offset = centre - middle @ numpy.array([right, above]).T
    along = (columns.ravel()[:, None] * pixel + offset[0]) * right + (rows.ravel()[:, None] * pixel + offset[1]) * above
    starts = middle + along + towards * reach
    hits = mesh.ray.intersects_first(starts, numpy.tile(-towards, (len(starts), 1)))
    image = numpy.zeros((width * height, 4), numpy.uint8)
    seen = hits >= 0
    light = towards * 0.7 + above * 0.6 - right * 0.35
    lit = numpy.abs(mesh.face_normals[hits[seen]] @ (light / numpy.linalg.norm(light)))
    image[seen, :3] = numpy.clip(colours[hits[seen]] * (0.35 + 0.65 * lit[:, None]), 0, 255)
    image[seen, 3] = 255
    shown = Image.fromarray(image.reshape(height, width, 4)).resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
    shown.save(path, quality=85)


def _camera(eye, sky):
    towards = eye / numpy.linalg.norm(eye)
    right = numpy.cross(sky, towards)
    right /= numpy.linalg.norm(right)
    return right, numpy.cross(towards, right), towards


def _colours(mesh):
    """Return one colour per triangle: the file's own, else grey."""
    if isinstance(mesh.visual, trimesh.visual.ColorVisuals):
        own = numpy.asarray(mesh.visual.face_colors, float)[:, :3] if mesh.visual.defined else GREY
    else:
        linear = numpy.asarray(mesh.visual.material.main_color, float)[:3] / 255
        own = 255 * linear ** (1 / 2.2)
    return numpy.broadcast_to(own, (len(mesh.faces), 3))
