// Main server (8001): takes requests, orders the stages, answers.
export {}
