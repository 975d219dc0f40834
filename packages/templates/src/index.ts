// Viewpoints, the rendering recipe and the template-set format.
export {}
