// Viewpoints, the rendering recipe and the template-set format.
export {
  TEMPLATE_RECIPE_DEFAULTS,
  templateCamera,
  templateRadius,
  templateScene,
  type TemplateScene,
} from './recipe.ts'
export {
  createTemplateWorkspace,
  renderTemplate,
  XYZ_BACKGROUND,
  type Template,
  type TemplateWorkspace,
} from './render-template.ts'
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
