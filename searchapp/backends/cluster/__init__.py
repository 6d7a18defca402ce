"""What the OpenSearch engine is made of: a plan as JSON questions, and their answers as what the port promises."""
