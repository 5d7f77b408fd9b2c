"""Files of other formats, each turned into one that is read line by line: streaming, within limits, in constant memory."""
