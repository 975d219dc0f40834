// Viewpoints, the rendering recipe and the template-set format.
export {
  CAMERA_DISTANCE,
  CYCLES_SAMPLES,
  LIGHT_POWER,
  resizeRecipe,
  TEMPLATE_RECIPE_DEFAULTS,
  templateCamera,
  templateRadius,
  templateScene,
  type TemplateScene,
  UNCOLORED_REFLECTANCE,
} from './recipe.ts'
export {
  createTemplateWorkspace,
  rasterizeTemplates,
  renderTemplate,
  objectCoordinatesOf,
  renderTemplateSurface,
  templatePose,
  XYZ_BACKGROUND,
  type Template,
  type TemplateRenderer,
  type TemplateSurface,
  type TemplateWorkspace,
} from './render-template.ts'
export { LINEAR_OF_SRGB } from './srgb.ts'
export { createTemplateEncoders } from './template-encoders.ts'
export {
  depthScaleFor,
  describeTemplateSet,
  encodeTemplate,
  MASK_INSIDE,
  TEMPLATE_FILES_DEFAULTS,
  templateFiles,
  type TemplateEncoders,
  type TemplateFilesOptions,
  type TemplateSource,
} from './template-set.ts'
export { templateFromObject, VIEW_COUNTS, viewDirections, type ViewCount } from './viewpoints.ts'
