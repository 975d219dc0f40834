// PEM server (8003): pose estimation over HTTP.
export {}
