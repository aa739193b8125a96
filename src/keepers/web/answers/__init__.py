"""The shapes of what the API takes and answers; the OpenAPI document is made of them."""
