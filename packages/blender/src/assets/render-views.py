# Renders the views of one object with Cycles. Run by Blender:
#   blender --background --factory-startup --python-exit-code 1 --python render-views.py -- <folder>
#
# <folder>/scene.json says what to render (BlenderScene in blender-scene.ts); beside it lie the arrays of the mesh, four-byte
# little-endian numbers: positions.f32 [n, 3], faces.i32 [m, 3], and colors.f32 [n, 4] where hasColors. Nothing of a
# request is ever part of this text or of the command line. Writes <folder>/view-<index>.png (8-bit sRGB on black), then
# the line "view <index>", for each view. Runs in Blender 3.3 and later.
import array
import json
import os
import sys

import bpy
from mathutils import Matrix

# Of the attribute that holds the mesh's colours. Cycles keeps some names for itself, "color" among them.
COLOR_NAME = "vertex_paint"


def read_array(folder, name, typecode):
    """Without NumPy: not every Blender has it."""
    values = array.array(typecode)
    with open(os.path.join(folder, name), "rb") as file:
        values.frombytes(file.read())
    return values


def add_mesh(folder, job):
    """The mesh as it is: no importer, whose axes and units differ from version to version."""
    positions = read_array(folder, "positions.f32", "f")
    faces = read_array(folder, "faces.i32", "i")
    mesh = bpy.data.meshes.new("object")
    mesh.vertices.add(len(positions) // 3)
    mesh.vertices.foreach_set("co", positions)
    mesh.loops.add(len(faces))
    mesh.loops.foreach_set("vertex_index", faces)
    mesh.polygons.add(len(faces) // 3)
    starts = array.array("i", range(0, len(faces), 3))
    mesh.polygons.foreach_set("loop_start", starts)
    if bpy.app.version < (3, 6, 0):
        mesh.polygons.foreach_set("loop_total", array.array("i", [3]) * len(starts))
    mesh.update(calc_edges=True)
    if bpy.app.version >= (4, 1, 0):
        mesh.shade_flat()
    if job["hasColors"]:
        colors = mesh.attributes.new(COLOR_NAME, "FLOAT_COLOR", "POINT")
        colors.data.foreach_set("color", read_array(folder, "colors.f32", "f"))
    mesh.materials.append(material_of(job))
    bpy.context.scene.collection.objects.link(bpy.data.objects.new("object", mesh))


def material_of(job):
    """A principled surface, as Blender makes it, of one reflectance or the mesh's own colours."""
    material = bpy.data.materials.new("surface")
    material.use_nodes = True
    nodes, links = material.node_tree.nodes, material.node_tree.links
    base_color = next(node for node in nodes if node.type == "BSDF_PRINCIPLED").inputs["Base Color"]
    if job["hasColors"]:
        colors = nodes.new("ShaderNodeAttribute")
        colors.attribute_name = COLOR_NAME
        links.new(colors.outputs["Color"], base_color)
    else:
        base_color.default_value = (job["reflectance"],) * 3 + (1,)
    return material


def add_camera(job):
    camera = bpy.data.cameras.new("camera")
    camera.sensor_fit = "HORIZONTAL"
    camera.angle = job["horizontalAngle"]
    camera.clip_start, camera.clip_end = 0.1, 1000
    item = bpy.data.objects.new("camera", camera)
    bpy.context.scene.collection.objects.link(item)
    bpy.context.scene.camera = item
    return item


def add_light(job):
    light = bpy.data.lights.new("light", "POINT")
    light.energy = job["lightPower"]
    light.shadow_soft_size = 0
    item = bpy.data.objects.new("light", light)
    bpy.context.scene.collection.objects.link(item)
    return item


def set_up_cycles(scene, job):
    scene.render.engine = "CYCLES"
    cycles = scene.cycles
    cycles.device = "CPU"
    cycles.samples = job["samples"]
    cycles.seed = 0
    # Every pixel gets its samples, so that the same job gives the same pixels.
    cycles.use_adaptive_sampling = False
    cycles.use_denoising = False
    cycles.pixel_filter_type = "BLACKMAN_HARRIS"
    cycles.filter_width = job["filterWidth"]
    cycles.max_bounces = cycles.diffuse_bounces = job["diffuseBounces"]
    cycles.glossy_bounces = cycles.transmission_bounces = cycles.volume_bounces = 0
    render = scene.render
    render.resolution_x = render.resolution_y = job["imageSize"]
    render.resolution_percentage = 100
    # The mesh and its search tree stay in memory from view to view.
    render.use_persistent_data = True
    render.image_settings.file_format = "PNG"
    render.image_settings.color_mode = "RGB"
    render.image_settings.color_depth = "8"
    render.image_settings.compression = 0
    # sRGB, not the tone curve that Blender starts with.
    scene.display_settings.display_device = "sRGB"
    scene.view_settings.view_transform = "Standard"
    scene.view_settings.look = "None"
    render.dither_intensity = 0


def main(folder):
    with open(os.path.join(folder, "scene.json"), encoding="utf-8") as file:
        job = json.load(file)
    # An empty scene without world light.
    bpy.ops.wm.read_factory_settings(use_empty=True)
    # Blender's own temporary folder: the caller removes it with the rest, also after a kill.
    bpy.context.preferences.filepaths.temporary_directory = folder
    scene = bpy.context.scene
    scene.world = None
    add_mesh(folder, job)
    camera, light = add_camera(job), add_light(job)
    set_up_cycles(scene, job)
    parent = os.getppid()
    for view in job["views"]:
        # Whoever asked is gone: nobody would read the pictures, nor end this process.
        if os.getppid() != parent:
            sys.exit(1)
        m = view["worldFromCamera"]
        camera.matrix_world = Matrix((m[0:4], m[4:8], m[8:12], (0, 0, 0, 1)))
        light.location = view["light"]
        scene.render.filepath = os.path.join(folder, "view-%d.png" % view["index"])
        bpy.ops.render.render(write_still=True)
        print("\nview %d" % view["index"], flush=True)


main(sys.argv[sys.argv.index("--") + 1])
