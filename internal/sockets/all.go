package sockets

import (
	"maps"
	"slices"
	"sync"
)

// all are the sockets of a stack that are open. Its lock comes after those of sockets.
type all struct {
	mu    sync.Mutex
	byNum map[uint32]*Socket
	last  uint32
}

func (l *all) add(s *Socket) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.byNum == nil {
		l.byNum = make(map[uint32]*Socket)
	}
	l.last++
	s.number = l.last
	l.byNum[s.number] = s
}

func (l *all) remove(s *Socket) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.byNum, s.number)
}

// list returns them by age.
func (l *all) list() []*Socket {
	l.mu.Lock()
	defer l.mu.Unlock()
	list := make([]*Socket, 0, len(l.byNum))
	for _, n := range slices.Sorted(maps.Keys(l.byNum)) {
		list = append(list, l.byNum[n])
	}
	return list
}

// holder is who holds a socket, as whoever carries the calls knows it.
type holder struct {
	uid   uint32
	inode uint64
}

// SetHolder tells which user has made the socket and what number it has among the files of the system.
func (s *Socket) SetHolder(uid uint32, inode uint64) {
	s.mu.Lock()
	defer s.unlock()
	s.holder = holder{uid, inode}
}
