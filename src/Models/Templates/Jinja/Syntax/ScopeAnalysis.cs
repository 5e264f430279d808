namespace VisionCluster.Models.Templates.Jinja;

/// <summary>
/// jinja2's rule for a name that a scope sets and no outer scope mentions: unless the scope reads it first, or sets it under an <c>if</c>
/// only, a variable of that name in the rendering's context is hidden from the start of the scope, not just after the <c>set</c>. It shows
/// in loops, macros and set blocks that read the name before it is set.
/// </summary>
internal sealed class ScopeAnalysis
{
    private readonly Dictionary<Statement[], string[]> _hidden = [];

    private ScopeAnalysis()
    {
    }

    /// <summary>The hidden names of each body that has a scope of its own and hides any.</summary>
    public static IReadOnlyDictionary<Statement[], string[]> Of(Statement[] template)
    {
        var analysis = new ScopeAnalysis();
        analysis.Analyze(template, new Frame(null));
        return analysis._hidden;
    }

    private void Analyze(Statement[] body, Frame frame)
    {
        frame.VisitAll(body);
        if (frame.Hidden.Count > 0)
            _hidden[body] = [.. frame.Hidden];
        AnalyzeInner(body, frame);
    }

    private void AnalyzeInner(Statement[] body, Frame frame)
    {
        foreach (var statement in body)
        {
            switch (statement)
            {
                case Statement.If node:
                    foreach (var (_, branch) in node.Branches)
                        AnalyzeInner(branch, frame);
                    break;
                case Statement.For node:
                    var loop = new Frame(frame);
                    loop.Declare("loop");
                    loop.DeclareTarget(node.Target);
                    Analyze(node.Body, loop);
                    Analyze(node.Otherwise, new Frame(frame));
                    break;
                case Statement.SetBlock node:
                    Analyze(node.Body, new Frame(frame));
                    break;
                case Statement.FilterBlock node:
                    Analyze(node.Body, new Frame(frame));
                    break;
                case Statement.With node:
                    var with = new Frame(frame);
                    foreach (var (target, _) in node.Assignments)
                        with.DeclareTarget(target);
                    Analyze(node.Body, with);
                    break;
                case Statement.Scoped node:
                    Analyze(node.Body, new Frame(frame));
                    break;
                case Statement.Generation node:
                    AnalyzeMacro(node.Body, frame);
                    break;
                case Statement.Macro node:
                    AnalyzeMacro(node.Definition, frame);
                    break;
                case Statement.CallBlock node:
                    AnalyzeMacro(node.Caller, frame);
                    break;
            }
        }
    }

    private void AnalyzeMacro(MacroDefinition macro, Frame outer)
    {
        var frame = new Frame(outer);
        foreach (var (name, value) in macro.Parameters)
        {
            frame.Declare(name);
            frame.Read(value);
        }

        foreach (var name in (string[])["caller", "varargs", "kwargs"])
        {
            if (name switch { "caller" => macro.UsesCaller, "varargs" => macro.UsesVarargs, _ => macro.UsesKwargs })
                frame.Declare(name);
        }

        Analyze(macro.Body, frame);
    }

    /// <summary>What one scope is known to mention while its statements are visited in order.</summary>
    private sealed class Frame(Frame? parent)
    {
        private readonly HashSet<string> _mentioned = [];
        private HashSet<string> _stored = [];

        public HashSet<string> Hidden { get; } = [];

        public void Declare(string name) => _mentioned.Add(name);

        public void DeclareTarget(Expression target)
        {
            foreach (var name in NamesIn(target))
                Declare(name);
        }

        public void Read(Expression? expression)
        {
            if (expression is null)
                return;
            foreach (var name in NamesIn(expression))
            {
                if (!IsMentioned(name))
                    _mentioned.Add(name);
            }
        }

        public void VisitAll(Statement[] body)
        {
            foreach (var statement in body)
                Visit(statement);
        }

        private bool IsMentioned(string name) => _mentioned.Contains(name) || (parent?.IsMentioned(name) ?? false);

        private void Store(string name)
        {
            _stored.Add(name);
            if (_mentioned.Add(name) && !(parent?.IsMentioned(name) ?? false))
                Hidden.Add(name);
        }

        private void StoreTarget(Expression target)
        {
            if (target is Expression.NamespaceTarget reference)
                Read(new Expression.Name(reference.Position, reference.Identifier));
            else if (target is Expression.Tuple tuple)
                Array.ForEach(tuple.Items, StoreTarget);
            else if (target is Expression.Name name)
                Store(name.Identifier);
        }

        private void Visit(Statement statement)
        {
            switch (statement)
            {
                case Statement.Print node:
                    Read(node.Value);
                    break;
                case Statement.If node:
                    VisitBranches(node);
                    break;
                case Statement.For node:
                    Read(node.Source);
                    break;
                case Statement.Set node:
                    Read(node.Value);
                    StoreTarget(node.Target);
                    break;
                case Statement.SetBlock node:
                    StoreTarget(node.Target);
                    break;
                case Statement.FilterBlock node:
                    Read(node.Filter);
                    break;
                case Statement.With node:
                    Array.ForEach(node.Assignments, assignment => Read(assignment.Value));
                    break;
                case Statement.Macro node:
                    Store(node.Definition.Name!);
                    break;
                case Statement.CallBlock node:
                    Read(node.Call);
                    break;
            }
        }

        // A name first stored in a branch shows the outer value where the branch is not taken.
        private void VisitBranches(Statement.If node)
        {
            var before = _stored;
            var mentioned = _mentioned.ToArray();
            var after = new HashSet<string>(_mentioned);
            var stored = new HashSet<string>(before);
            Read(node.Branches[0].Test);
            after.UnionWith(_mentioned);
            foreach (var (test, body) in node.Branches)
            {
                _mentioned.Clear();
                _mentioned.UnionWith(mentioned);
                Read(node.Branches[0].Test);
                Read(test);
                _stored = [.. before];
                VisitAll(body);
                after.UnionWith(_mentioned);
                stored.UnionWith(_stored);
            }

            _mentioned.UnionWith(after);
            _stored = stored;
            Hidden.ExceptWith(stored.Except(before));
        }

        private static IEnumerable<string> NamesIn(Expression expression) => expression is Expression.Name name
            ? [name.Identifier]
            : SyntaxWalker.Children(expression).SelectMany(NamesIn);
    }
}
