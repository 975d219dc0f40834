// Class-agnostic RGB-D over-segmentation with a merge tree.
export {}
