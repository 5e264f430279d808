namespace VisionCluster.Models.Templates.Jinja;

/// <summary>Expression nodes. <see cref="Position"/> is an offset into the source, for error messages.</summary>
internal abstract class Expression(int position)
{
    public int Position { get; } = position;

    public sealed class Constant(int position, JinjaValue value) : Expression(position)
    {
        public JinjaValue Value { get; } = value;
    }

    public sealed class Name(int position, string identifier) : Expression(position)
    {
        public string Identifier { get; } = identifier;
    }

    /// <summary><c>ns.attribute</c> as the target of a <c>set</c>.</summary>
    public sealed class NamespaceTarget(int position, string name, string attribute) : Expression(position)
    {
        public string Identifier { get; } = name;

        public string Member { get; } = attribute;
    }

    public sealed class List(int position, Expression[] items) : Expression(position)
    {
        public Expression[] Items { get; } = items;
    }

    public sealed class Tuple(int position, Expression[] items) : Expression(position)
    {
        public Expression[] Items { get; } = items;
    }

    public sealed class Dict(int position, (Expression Key, Expression Value)[] items) : Expression(position)
    {
        public (Expression Key, Expression Value)[] Items { get; } = items;
    }

    public sealed class Attribute(int position, Expression target, string name) : Expression(position)
    {
        public Expression Target { get; } = target;

        public JinjaString Key { get; } = JinjaString.Trusted(name);
    }

    public sealed class Item(int position, Expression target, Expression index) : Expression(position)
    {
        public Expression Target { get; } = target;

        public Expression Index { get; } = index;
    }

    /// <summary>Stands as the index of an <see cref="Item"/>.</summary>
    public sealed class Slice(int position, Expression? start, Expression? stop, Expression? step) : Expression(position)
    {
        public Expression? Start { get; } = start;

        public Expression? Stop { get; } = stop;

        public Expression? Step { get; } = step;
    }

    public sealed class Call(int position, Expression target, CallArguments arguments) : Expression(position)
    {
        public Expression Target { get; } = target;

        public CallArguments Arguments { get; } = arguments;
    }

    /// <summary>A filter; <see cref="Input"/> is null in filter blocks, where the block's text goes in.</summary>
    public sealed class Filter(int position, Expression? input, string name, CallArguments arguments) : Expression(position)
    {
        public Expression? Input { get; } = input;

        public string FilterName { get; } = name;

        public CallArguments Arguments { get; } = arguments;
    }

    public sealed class Test(int position, Expression input, string name, CallArguments arguments) : Expression(position)
    {
        public Expression Input { get; } = input;

        public string TestName { get; } = name;

        public CallArguments Arguments { get; } = arguments;
    }

    /// <summary><c>+ - * / // % **</c>.</summary>
    public sealed class Binary(int position, string op, Expression left, Expression right) : Expression(position)
    {
        public string Operator { get; } = op;

        public Expression Left { get; } = left;

        public Expression Right { get; } = right;
    }

    /// <summary><c>and</c> and <c>or</c>: the value is that of the deciding operand.</summary>
    public sealed class Logical(int position, bool isOr, Expression left, Expression right) : Expression(position)
    {
        public bool IsOr { get; } = isOr;

        public Expression Left { get; } = left;

        public Expression Right { get; } = right;
    }

    public sealed class Not(int position, Expression operand) : Expression(position)
    {
        public Expression Operand { get; } = operand;
    }

    public sealed class Sign(int position, bool isMinus, Expression operand) : Expression(position)
    {
        public bool IsMinus { get; } = isMinus;

        public Expression Operand { get; } = operand;
    }

    /// <summary><c>a &lt; b &lt;= c</c>: every neighbouring pair must hold.</summary>
    public sealed class Compare(int position, Expression first, (string Operator, Expression Operand)[] rest) : Expression(position)
    {
        public Expression First { get; } = first;

        public (string Operator, Expression Operand)[] Rest { get; } = rest;
    }

    /// <summary><c>a ~ b ~ c</c>.</summary>
    public sealed class Concat(int position, Expression[] items) : Expression(position)
    {
        public Expression[] Items { get; } = items;
    }

    public sealed class Conditional(int position, Expression test, Expression whenTrue, Expression? whenFalse) : Expression(position)
    {
        public Expression Condition { get; } = test;

        public Expression WhenTrue { get; } = whenTrue;

        public Expression? WhenFalse { get; } = whenFalse;
    }
}
