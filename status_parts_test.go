package sctp

import (
	"reflect"
	"testing"

	"github.com/gosctp/sctp/internal/assoc"
)

func TestNoCounterIsForgotten(t *testing.T) {
	var counted assoc.Stats
	n := 0
	for _, part := range []reflect.Value{reflect.ValueOf(&counted.Traffic).Elem(), reflect.ValueOf(&counted.Incidents).Elem()} {
		for i := range part.NumField() {
			n++
			part.Field(i).SetUint(uint64(n))
		}
	}
	public := publicStats(&counted)
	got, want := reflect.ValueOf(public), reflect.ValueOf(counted)
	if got.NumField() != n {
		t.Errorf("%d counters, want %d", got.NumField(), n)
	}
	for i := range got.NumField() {
		name := got.Type().Field(i).Name
		if field := want.FieldByName(name); !field.IsValid() || got.Field(i).Uint() != field.Uint() {
			t.Errorf("%s is %d, want %v", name, got.Field(i).Uint(), field)
		}
	}
}
