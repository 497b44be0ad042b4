"""Log lines that tell of attacks and of changes of power → findings, by declared detections."""
