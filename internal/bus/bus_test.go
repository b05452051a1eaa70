package bus_test

import (
	"testing"

	"offhook/internal/bus"
	"offhook/internal/bustest"
)

func TestInProcess(t *testing.T) {
	bustest.Run(t, func(*testing.T) bus.Bus { return new(bus.InProcess) })
}
