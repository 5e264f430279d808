using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using VisionCluster.Models.Onnx;
using VisionCluster.Models.Quantization;

namespace VisionCluster.Inference.Kernels;

/// <summary>
/// Rounds activations to 8-bit blocks, row by row, then multiplies strip by strip. Both are shared among the session's threads in pieces
/// that whoever is free takes, so that a core that is busy elsewhere holds up one piece only.
/// </summary>
internal sealed unsafe class BlockMatMulKernel : IKernel
{
    private const int StripRows = StripMatrix.StripRows;
    private const int MostTasks = 16;
    private const long TaskProducts = 64 * 1024; // some ten microseconds: sharing out less costs more than it gains
    private const int FillRows = 8;

    public required int Outputs { get; init; }

    public required int Inputs { get; init; }

    public required int Bits { get; init; }

    public required bool HasOffsets { get; init; }

    public required bool HalfScales { get; init; }

    public required float Epsilon { get; init; }

    public required GateActivation Gate { get; init; }

    public void Compute(KernelContext context)
    {
        Span<long> shape = stackalloc long[KernelContext.MaxSides];
        var x = context.Input<float>(0, shape, out var sides);
        if (shape[sides - 1] != Inputs)
        {
            throw new InvalidOperationException($"x has {shape[sides - 1]} columns; the matrix has {Inputs}.");
        }

        var rows = 1;
        for (var side = 0; side < sides - 1; side++)
        {
            rows *= (int)shape[side];
        }

        var gated = Gate != GateActivation.None;
        shape[sides - 1] = gated ? Outputs / 2 : Outputs;
        var job = new Job
        {
            X = x,
            Weights = context.Input<byte>(1),
            Norm = context.Input<float>(2),
            Residual = context.Input<float>(3),
            Output = context.Output<float>(0, shape[..sides]),
            Width = (int)shape[sides - 1],
            StripBytes = StripMatrix.StripBytes(new BlockFormat(Bits, StripMatrix.Block, HasOffsets), Inputs, HalfScales),
            Epsilon = Epsilon,
            Gate = Gate,
            Units = StripMatrix.Strips(Outputs) / (gated ? 2 : 1),
            Format = (Bits == 8 ? 4 : 0) | (HasOffsets ? 2 : 0) | (HalfScales ? 1 : 0),
        };
        if (rows == 0)
        {
            return;
        }

        job.Tiles = ActivationTiles.At(Scratch.OfNode(ActivationTiles.BytesOf(rows, Inputs)), rows, Inputs);
        context.ParallelFor(&Fill, (rows + FillRows - 1) / FillRows, &job);
        job.Tasks = (int)Math.Clamp((long)rows * Outputs * Inputs / TaskProducts, 1, Math.Min(MostTasks, job.Units));
        context.ParallelFor(&Multiply, job.Tasks, &job);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Fill(void* state, nuint index)
    {
        var job = (Job*)state;
        var end = Math.Min(((int)index + 1) * FillRows, job->Tiles.Rows);
        for (var row = (int)index * FillRows; row < end; row++)
        {
            job->Tiles.Fill(row, job->X + ((long)row * job->Tiles.Columns), job->Norm, job->Epsilon);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Multiply(void* state, nuint index)
    {
        var job = (Job*)state;
        var first = (int)((long)index * (uint)job->Units / (uint)job->Tasks);
        var end = (int)(((long)index + 1) * (uint)job->Units / (uint)job->Tasks);
        switch (job->Format)
        {
            case 0: Units<No, No, No>(job, first, end); break;
            case 1: Units<No, No, Yes>(job, first, end); break;
            case 2: Units<No, Yes, No>(job, first, end); break;
            case 3: Units<No, Yes, Yes>(job, first, end); break;
            case 4: Units<Yes, No, No>(job, first, end); break;
            case 5: Units<Yes, No, Yes>(job, first, end); break;
            case 6: Units<Yes, Yes, No>(job, first, end); break;
            default: Units<Yes, Yes, Yes>(job, first, end); break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Units<TEight, TOffsets, THalf>(Job* job, int first, int end)
        where TEight : IFlag
        where TOffsets : IFlag
        where THalf : IFlag
    {
        var gated = job->Gate != GateActivation.None;
        var output = stackalloc float[2 * 8 * StripRows];
        for (var unit = first; unit < end; unit++)
        {
            var strip = job->Strip(gated ? 2 * unit : unit);
            var up = gated ? job->Strip((2 * unit) + 1) : null;
            for (var row = 0; row < job->Tiles.Rows;)
            {
                var (_, count) = job->Tiles.TileOf(row);
                StripProducts.Multiply<TEight, TOffsets, THalf>(strip, job->Tiles, row, count, output);
                if (gated)
                {
                    StripProducts.Multiply<TEight, TOffsets, THalf>(up, job->Tiles, row, count, output + (8 * StripRows));
                    Activate(output, output + (8 * StripRows), count, job->Gate);
                }

                Write(job, output, row, count, unit * StripRows);
                row += count;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Activate(float* gate, float* up, int rows, GateActivation activation)
    {
        for (var at = 0; at < rows * StripRows; at += StripRows)
        {
            var x = Vector512.Load(gate + at);
            var active = activation == GateActivation.Silu ? Wide.Silu(x) : Wide.GeluTanh(x);
            (active * Vector512.Load(up + at)).Store(gate + at);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Write(Job* job, float* values, int row, int rows, int column)
    {
        var width = Math.Min(StripRows, job->Width - column);
        for (var i = 0; i < rows; i++, values += StripRows)
        {
            var at = ((long)(row + i) * job->Width) + column;
            if (width == StripRows)
            {
                var sum = Vector512.Load(values);
                (job->Residual is null ? sum : sum + Vector512.Load(job->Residual + at)).Store(job->Output + at);
                continue;
            }

            for (var j = 0; j < width; j++)
            {
                job->Output[at + j] = job->Residual is null ? values[j] : values[j] + job->Residual[at + j];
            }
        }
    }

    private struct Job
    {
        public float* X;
        public byte* Weights;
        public float* Norm;
        public float* Residual;
        public float* Output;
        public ActivationTiles Tiles;
        public int Width;
        public long StripBytes;
        public float Epsilon;
        public GateActivation Gate;
        public int Units;
        public int Tasks;
        public int Format;

        public readonly byte* Strip(int index) => Weights + (index * StripBytes);
    }
}
