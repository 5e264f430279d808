using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using VisionCluster.Models.Onnx;

namespace VisionCluster.Inference.Kernels;

/// <summary>Goes over each row once while it is in a core's cache. No row depends on another.</summary>
internal sealed unsafe class RowPassKernel : IKernel
{
    private const int TaskValues = 16 * 1024; // some microseconds
    private const float Most = 127;
    private const float Middle = 128;
    private const float Least = 1e-20f;

    public required bool HasResult { get; init; }

    public required bool IsRounded { get; init; }

    public required float Epsilon { get; init; }

    public required RowActivation Activation { get; init; }

    public void Compute(KernelContext context)
    {
        Span<long> shape = stackalloc long[KernelContext.MaxSides];
        var x = context.Input<float>(0, shape, out var sides);
        var columns = (int)shape[sides - 1];
        if (columns % Vector512<float>.Count != 0)
        {
            throw new InvalidOperationException($"x has {columns} columns; a multiple of {Vector512<float>.Count} is wanted.");
        }

        var rows = 1;
        for (var side = 0; side < sides - 1; side++)
        {
            rows *= (int)shape[side];
        }

        var job = new Job
        {
            X = x,
            Factors = context.Input<float>(1),
            Bias = context.Input<float>(2),
            Skip = context.Input<float>(3),
            Norm = context.Input<float>(4),
            NormBias = context.Input<float>(5),
            Rows = rows,
            Columns = columns,
            Epsilon = Epsilon,
            Activation = Activation,
            TaskRows = Math.Max(1, TaskValues / columns),
        };
        var output = 0;
        if (HasResult)
        {
            job.Result = context.Output<float>(output++, shape[..sides]);
        }

        if (IsRounded)
        {
            job.Integers = context.Output<byte>(output++, shape[..sides]);
            shape[sides - 1] = 1;
            job.Scales = context.Output<float>(output, shape[..sides]);
        }

        if (rows > 0)
        {
            context.ParallelFor(&Share, (rows + job.TaskRows - 1) / job.TaskRows, &job);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Share(void* state, nuint index)
    {
        var job = (Job*)state;
        var values = (float*)Scratch.OfShare(job->Columns * sizeof(float));
        var end = Math.Min(((int)index + 1) * job->TaskRows, job->Rows);
        for (var row = (int)index * job->TaskRows; row < end; row++)
        {
            job->Add(row, values);
            if (job->Norm is not null)
            {
                job->Normalize(values);
            }

            if (job->Integers is not null)
            {
                job->Round(row, values);
            }
        }
    }

    private struct Job
    {
        public float* X;
        public float* Factors;
        public float* Bias;
        public float* Skip;
        public float* Norm;
        public float* NormBias;
        public float* Result;
        public byte* Integers;
        public float* Scales;
        public int Rows;
        public int Columns;
        public int TaskRows;
        public float Epsilon;
        public RowActivation Activation;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Add(int row, float* values)
        {
            var at = (long)row * Columns;
            var factor = Vector512.Create(Factors is null ? 1 : Factors[row]);
            for (var i = 0; i < Columns; i += Vector512<float>.Count)
            {
                var value = Vector512.Load(X + at + i) * factor;
                value = Bias is null ? value : value + Vector512.Load(Bias + i);
                value = Activation switch
                {
                    RowActivation.Gelu => Wide.Gelu(value),
                    RowActivation.GeluTanh => Wide.GeluTanh(value),
                    RowActivation.QuickGelu => Wide.QuickGelu(value),
                    _ => value,
                };
                value = Skip is null ? value : value + Vector512.Load(Skip + at + i);
                value.Store(values + i);
                if (Result is not null)
                {
                    value.Store(Result + at + i);
                }
            }
        }

        /// <summary>Layer norm (Ba et al., 2016).</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Normalize(float* values)
        {
            var sum = Vector512<float>.Zero;
            for (var i = 0; i < Columns; i += Vector512<float>.Count)
            {
                sum += Vector512.Load(values + i);
            }

            var mean = Vector512.Create(Wide.Sum(sum) / Columns);
            var squares = Vector512<float>.Zero;
            for (var i = 0; i < Columns; i += Vector512<float>.Count)
            {
                var difference = Vector512.Load(values + i) - mean;
                squares = Wide.Fma(difference, difference, squares);
            }

            var inverse = Vector512.Create(1 / MathF.Sqrt((Wide.Sum(squares) / Columns) + Epsilon));
            for (var i = 0; i < Columns; i += Vector512<float>.Count)
            {
                var normed = (Vector512.Load(values + i) - mean) * inverse;
                Wide.Fma(normed, Vector512.Load(Norm + i), Vector512.Load(NormBias + i)).Store(values + i);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Round(int row, float* values)
        {
            var largest = Vector512<float>.Zero;
            for (var i = 0; i < Columns; i += Vector512<float>.Count)
            {
                largest = Vector512.Max(largest, Vector512.Abs(Vector512.Load(values + i)));
            }

            var scale = MathF.Max(Wide.Largest(largest), Least) / Most;
            Scales[row] = scale;
            var (inverse, middle) = (Vector512.Create(1 / scale), Vector512.Create((int)Middle));
            var integers = Integers + ((long)row * Columns);
            for (var i = 0; i < Columns; i += Vector512<float>.Count)
            {
                Wide.StoreBytes(Wide.RoundToInt(Vector512.Load(values + i) * inverse) + middle, integers + i);
            }
        }
    }
}
