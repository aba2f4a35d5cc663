class Member:
    def __init__(self, row_id: int) -> None:
        self.row_id = row_id


class Params:
    def __init__(self, offset: int) -> None:
        self.offset = offset
