"""What comes in: one Pydantic class per noun validates the form, the JSON body and the imported row."""
