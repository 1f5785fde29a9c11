module ringkeeper.io/local/pause

go 1.24
