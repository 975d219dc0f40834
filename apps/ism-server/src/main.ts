// ISM server (8002): instance segmentation over HTTP.
export {}
