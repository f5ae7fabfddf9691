(* Written by: ridgeproof derive accumulating-generator --format coq
   accumulating-generator.
   Up to the first section within it, Section Page says all that is assumed. *)
Require Import Reals Lra Lia Field Psatz List.
Import ListNotations. Open Scope R_scope.

(* Sums over the directions i = 0, ..., d-1, and linear combinations of sums. *)
Fixpoint sum (N : nat) (f : nat -> R) : R := match N with O => 0 | S k => sum k f + f k end.
Fixpoint lin (l : list (R * (nat -> R))) (i : nat) : R :=
  match l with [] => 0 | (c, f) :: rest => c * f i + lin rest i end.
Fixpoint slin (N : nat) (l : list (R * (nat -> R))) : R :=
  match l with [] => 0 | (c, f) :: rest => c * sum N f + slin N rest end.
Lemma sum_ext N f g : (forall i, (i < N)%nat -> f i = g i) -> sum N f = sum N g.
Proof.
  induction N as [|N IH]; intros H; cbn; [reflexivity|].
  rewrite IH, H by (intros; try apply H; lia). reflexivity.
Qed.
Lemma sum_lin N l f : (forall i, (i < N)%nat -> f i = lin l i) -> sum N f = slin N l.
Proof.
  intros H. rewrite (sum_ext N f (lin l)) by exact H. clear H.
  induction l as [|[c g] l IH]; cbn [lin slin].
  - induction N as [|N IH]; cbn; [reflexivity|rewrite IH; ring].
  - rewrite <- IH. clear IH. induction N as [|N IH]; cbn [sum]; [ring|rewrite IH; cbn [lin]; ring].
Qed.
Lemma sum_one N : sum N (fun i => 1) = INR N.
Proof. induction N as [|N IH]; cbn [sum]; [reflexivity|rewrite IH, S_INR; ring]. Qed.
Lemma sum_zero N f : (forall i, (i < N)%nat -> f i = 0) -> sum N f = 0.
Proof.
  induction N as [|N IH]; intros H; cbn [sum]; [reflexivity|].
  rewrite IH, H by (intros; try apply H; lia). ring.
Qed.
Lemma components N f g :
  (forall B, sum N (fun i => B i * f i) = sum N (fun i => B i * g i)) ->
  forall i, (i < N)%nat -> f i = g i.
Proof.
  intros H i Hi. specialize (H (fun k => if Nat.eq_dec k i then 1 else 0)). revert H.
  assert (pick : forall h, sum N (fun k => (if Nat.eq_dec k i then 1 else 0) * h k) = h i).
  { intros h. induction N as [|N IH]; [lia|]. cbn [sum]. destruct (Nat.eq_dec i N) as [->|E].
    - rewrite sum_zero; [destruct (Nat.eq_dec N N); [ring|lia]|].
      intros k Hk. destruct (Nat.eq_dec k N); [lia|ring].
    - rewrite IH by lia. destruct (Nat.eq_dec N i); [lia|ring]. }
  rewrite !pick. trivial.
Qed.
Ltac nonzero := solve [ assumption
  | match goal with H : _ <> 0 |- _ => let Z := fresh in intro Z; apply H; clear - Z; lra end
  | apply Rmult_integral_contrapositive_currified; nonzero
  | apply pow_nonzero; nonzero
  | match goal with H : ?x <> 0 |- _ => let Z := fresh in intro Z;
      apply (Rmult_integral_contrapositive_currified x x H H); clear - Z; lra end
  | match goal with H : ?x <> 0, K : ?y <> 0 |- _ => let Z := fresh in intro Z;
      apply (Rmult_integral_contrapositive_currified x y H K); clear - Z; lra end ].
Ltac nonneg := repeat first [ assumption | apply Rlt_le; assumption | apply Rplus_le_le_0_compat
  | apply Rmult_le_pos | apply pow_le | lra ].
Ltac positive := repeat first [ assumption | lra | apply Rmult_lt_0_compat | apply pow_lt
  | apply Rplus_lt_le_0_compat; [solve [positive]|nonneg]
  | apply Rplus_le_lt_0_compat; [nonneg|positive] ].
Ltac orthant := repeat split; apply Rgt_not_eq, Rlt_gt; first [solve [positive] | nra].
Ltac side := repeat split; try exact I; nonzero.

Inductive letter := LA | LB | LM | LMt | LS | LS2 | LSigmainv | LV | LX1 | LX1t | LX2 | LX2t | Le2 | Le2t | Lw | Lwt | Lw0 | Lw0t | Lwall | Lwallt.
Scheme Equality for letter.
Definition transposed (x : letter) := match x with LA => LA | LB => LB | LM => LMt | LMt => LM | LS => LS | LS2 => LS2 | LSigmainv => LSigmainv | LV => LV | LX1 => LX1t | LX1t => LX1 | LX2 => LX2t | LX2t => LX2 | Le2 => Le2t | Le2t => Le2 | Lw => Lwt | Lwt => Lw | Lw0 => Lw0t | Lw0t => Lw0 | Lwall => Lwallt | Lwallt => Lwall end.
(* Whether it depends on all draws of a fit. *)
Definition estimate (x : letter) := match x with Lwall => true | Lwallt => true | _ => false end.
(* Whether it holds nothing random. *)
Definition fixed (x : letter) := match x with LA => true | LB => true | LM => true | LMt => true | LSigmainv => true | Lw0 => true | Lw0t => true | _ => false end.
(* Whether it is a function of Sigma or the test matrix. *)
Definition plain (x : letter) := match x with LB => true | LSigmainv => true | _ => false end.
(* Whether it has a diagonal that is known, and no more. *)
Definition moment (x : letter) := match x with LA => true | LM => true | LMt => true | _ => false end.
Section Page.
  Variables d n : nat.
  Variables N T T0 sigma sigma0 synthetic_fraction : R.
  Variables a m s w0 : nat -> R.
  (* tr B w is E tr of the product of the letters of w; LB is the diagonal matrix B. *)
  Variable tr : (nat -> R) -> list letter -> R.
  Hypothesis turn : forall B a b, tr B (a ++ b) = tr B (b ++ a).
  Hypothesis back : forall B a, tr B a = tr B (map transposed (rev a)).
  (* The diagonal entry i of each. *)
  Definition diag (B : nat -> R) (x : letter) i := match x with LA => a i | LB => B i | LM => (m i * w0 i) | LMt => (m i * w0 i) | LSigmainv => (1 / s i) | _ => 0 end.
  (* algebra: tr(D C) = sum_i D_i C_ii for D a function of Sigma or the test matrix *)
  Hypothesis eigenbasis : forall B v,
    forallb (fun x => orb (plain x) (moment x)) v = true ->
    (length (filter moment v) <= 1)%nat ->
    tr B v = sum d (fun i => fold_right (fun x p => diag B x i * p) 1 v).
  (* exact identity: w_hat = w + sigma (X'X)^-1 X2'e2, w fitted on the rows X1 before *)
  Hypothesis axiom1 : forall B v, tr B ([Lwall] ++ v) = (1) * tr B ([Lw] ++ v) + (sigma) * tr B ([LV; LX2t; Le2] ++ v).
  (* expectation: E[e2 e2'] = I, E[e2] = 0 *)
  Hypothesis axiom2 : forall B v, forallb (fun x => negb (estimate x || letter_beq x Le2 || letter_beq x Le2t)) v = true -> tr B ([Le2; Le2t] ++ v) = (1) * tr B ([] ++ v).
  (* expectation: E[e2 e2'] = I, E[e2] = 0 *)
  Hypothesis axiom3 : forall B v, forallb (fun x => negb (estimate x || letter_beq x Le2 || letter_beq x Le2t)) v = true -> tr B ([Le2] ++ v) = 0.
  (* exact identity: X2'X2 = T S2, X1'X1 = T (S - S2) *)
  Hypothesis axiom4 : forall B v, tr B ([LX2t; LX2] ++ v) = (T) * tr B ([LS2] ++ v).
  (* exact identity: X2'X2 = T S2, X1'X1 = T (S - S2) *)
  Hypothesis axiom5 : forall B v, tr B ([LX1t; LX1] ++ v) = (T) * tr B ([LS] ++ v) + (((-1) * T)) * tr B ([LS2] ++ v).
  (* expectation: E R S2 = P2 E R S; E S2 Q S2 = P2^2 E S Q S + P1 P2 T/(T-1) [T E q Q q - E S Q S/T], q = x x'/T of any one row x, Q a function of S, P2 the synthetic fraction, P1 = 1 - P2; as it is used *)
  Hypothesis axiom6 : forall B, tr B [LB; LV; LS2; LV] = (synthetic_fraction * tr B [LB; LV; LS; LV]).
  (* exact identity: (X'X)^-1 S = 1/T for T >= d *)
  Hypothesis axiom7 : forall B v, tr B ([LV; LS] ++ v) = ((1 / T)) * tr B ([] ++ v).
  (* expectation: E[(X'X)^-1] = Sigma^-1/(T-d-1), T >= d+2 *)
  Hypothesis axiom8 : forall B v, forallb fixed v = true -> tr B ([LV] ++ v) = ((1 / ((-1) + T + ((-1) * INR d)))) * tr B ([LSigmainv] ++ v).
  (* expectation: E[w w'] = A, E[w] w0' = M, w independent of the design and noise of this fit *)
  Hypothesis axiom9 : forall B v, forallb (fun x => negb (estimate x || letter_beq x Lw || letter_beq x Lwt)) v = true -> tr B ([Lw; Lwt] ++ v) = (1) * tr B ([LA] ++ v).
  (* expectation: E[w w'] = A, E[w] w0' = M, w independent of the design and noise of this fit *)
  Hypothesis axiom10 : forall B v, forallb (fun x => negb (estimate x || letter_beq x Lw || letter_beq x Lwt)) v = true -> tr B ([Lw; Lw0t] ++ v) = (1) * tr B ([LM] ++ v).
  (* Nothing is divided by zero. *)
  Hypothesis nonzero1 : T <> 0.
  Hypothesis nonzero2 : forall i, (i < d)%nat -> s i <> 0.
  Hypothesis nonzero3 : (1 + INR d + ((-1) * T)) <> 0.
  Hypothesis nonzero4 : N <> 0.
  Hypothesis nonzero5 : (1 + INR d + ((-1) * N)) <> 0.
  Ltac at_i i Hi := pose proof (nonzero2 i Hi).
  Ltac conditions tac := (let Z := fresh "Z" in pose proof nonzero1 as Z; tac Z); (let Z := fresh "Z" in pose proof nonzero3 as Z; tac Z); (let Z := fresh "Z" in pose proof nonzero4 as Z; tac Z); (let Z := fresh "Z" in pose proof nonzero5 as Z; tac Z).

Section S10.  (* one generator on all sets so far *)
Hypothesis put_T : T = N.
Hypothesis put_synthetic_fraction : synthetic_fraction = (T0 / N).
Hypothesis put_sigma : sigma = sigma0.
(* exact identity: w_hat = w + sigma (X'X)^-1 X2'e2, w fitted on the rows X1 before *)
Lemma step1 : forall B : nat -> R, 
  tr B [LB; Lwall; Lwallt]
  = ((((sigma) ^ 2) * tr B [LB; LV; LX2t; Le2; Le2t; LX2; LV]) + (2 * sigma * tr B [LB; LV; LX2t; Le2; Lwt]) + tr B [LB; Lw; Lwt]).
Proof.
  intros B.
  assert (H1 : tr B [LB; Lwall; Lwallt] = (1) * tr B [LB; Lw; Lwallt] + (sigma) * tr B [LB; LV; LX2t; Le2; Lwallt]) by exact (eq_trans (eq_trans (turn B [LB] [Lwall; Lwallt]) (axiom1 B [Lwallt; LB])) (f_equal2 Rplus (f_equal (Rmult (1)) (turn B [Lw; Lwallt] [LB])) (f_equal (Rmult (sigma)) (turn B [LV; LX2t; Le2; Lwallt] [LB])))).
  assert (H2 : tr B [LB; LV; LX2t; Le2; Lwallt] = (1) * tr B [LB; LV; LX2t; Le2; Lwt] + (sigma) * tr B [LB; LV; LX2t; Le2; Le2t; LX2; LV]) by exact (eq_trans (eq_trans (eq_trans (back B [LB; LV; LX2t; Le2; Lwallt]) (turn B [] [Lwall; Le2t; LX2; LV; LB])) (axiom1 B [Le2t; LX2; LV; LB])) (f_equal2 Rplus (f_equal (Rmult (1)) (eq_trans (back B [Lw; Le2t; LX2; LV; LB]) (turn B [] [LB; LV; LX2t; Le2; Lwt]))) (f_equal (Rmult (sigma)) (turn B [LV; LX2t; Le2; Le2t; LX2; LV] [LB])))).
  assert (H3 : tr B [LB; Lw; Lwallt] = (1) * tr B [LB; Lw; Lwt] + (sigma) * tr B [LB; LV; LX2t; Le2; Lwt]) by exact (eq_trans (eq_trans (eq_trans (back B [LB; Lw; Lwallt]) (turn B [] [Lwall; Lwt; LB])) (axiom1 B [Lwt; LB])) (f_equal2 Rplus (f_equal (Rmult (1)) (turn B [Lw; Lwt] [LB])) (f_equal (Rmult (sigma)) (turn B [LV; LX2t; Le2; Lwt] [LB])))).
  repeat first [rewrite H1 | rewrite H2 | rewrite H3].
  field; side.
Qed.
(* expectation: E[e2 e2'] = I, E[e2] = 0 *)
Lemma step2 : forall B : nat -> R, 
  ((((sigma) ^ 2) * tr B [LB; LV; LX2t; Le2; Le2t; LX2; LV]) + (2 * sigma * tr B [LB; LV; LX2t; Le2; Lwt]) + tr B [LB; Lw; Lwt])
  = ((((sigma) ^ 2) * tr B [LB; LV; LX2t; LX2; LV]) + tr B [LB; Lw; Lwt]).
Proof.
  intros B.
  assert (H1 : tr B [LB; LV; LX2t; Le2; Le2t; LX2; LV] = (1) * tr B [LB; LV; LX2t; LX2; LV]) by exact (eq_trans (eq_trans (turn B [LB; LV; LX2t] [Le2; Le2t; LX2; LV]) (axiom2 B [LX2; LV; LB; LV; LX2t] eq_refl)) (f_equal (Rmult (1)) (turn B [LX2; LV] [LB; LV; LX2t]))).
  assert (H2 : tr B [LB; LV; LX2t; Le2; Lwt] = 0) by exact (eq_trans (turn B [LB; LV; LX2t] [Le2; Lwt]) (axiom3 B [Lwt; LB; LV; LX2t] eq_refl)).
  repeat first [rewrite H1 | rewrite H2].
  field; side.
Qed.
(* exact identity: X2'X2 = T S2, X1'X1 = T (S - S2) *)
Lemma step3 : forall B : nat -> R, 
  ((((sigma) ^ 2) * tr B [LB; LV; LX2t; LX2; LV]) + tr B [LB; Lw; Lwt])
  = ((T * ((sigma) ^ 2) * tr B [LB; LV; LS2; LV]) + tr B [LB; Lw; Lwt]).
Proof.
  intros B.
  assert (H1 : tr B [LB; LV; LX2t; LX2; LV] = (T) * tr B [LB; LV; LS2; LV]) by exact (eq_trans (eq_trans (turn B [LB; LV] [LX2t; LX2; LV]) (axiom4 B [LV; LB; LV])) (f_equal (Rmult (T)) (turn B [LS2; LV] [LB; LV]))).
  repeat first [rewrite H1].
  field; side.
Qed.
(* expectation: E R S2 = P2 E R S; E S2 Q S2 = P2^2 E S Q S + P1 P2 T/(T-1) [T E q Q q - E S Q S/T], q = x x'/T of any one row x, Q a function of S, P2 the synthetic fraction, P1 = 1 - P2 *)
Lemma step4 : forall B : nat -> R, 
  ((T * ((sigma) ^ 2) * tr B [LB; LV; LS2; LV]) + tr B [LB; Lw; Lwt])
  = ((synthetic_fraction * T * ((sigma) ^ 2) * tr B [LB; LV; LS; LV]) + tr B [LB; Lw; Lwt]).
Proof.
  intros B.
  rewrite ?axiom6.
  field; side.
Qed.
(* exact identity: (X'X)^-1 S = 1/T for T >= d *)
Lemma step5 : forall B : nat -> R, 
  ((synthetic_fraction * T * ((sigma) ^ 2) * tr B [LB; LV; LS; LV]) + tr B [LB; Lw; Lwt])
  = ((synthetic_fraction * ((sigma) ^ 2) * tr B [LB; LV]) + tr B [LB; Lw; Lwt]).
Proof.
  intros B.
  assert (H1 : tr B [LB; LV; LS; LV] = ((1 / T)) * tr B [LB; LV]) by exact (eq_trans (eq_trans (turn B [LB] [LV; LS; LV]) (axiom7 B [LV; LB])) (f_equal (Rmult ((1 / T))) (turn B [LV] [LB]))).
  repeat first [rewrite H1].
  field; side.
Qed.
(* expectation: E[(X'X)^-1] = Sigma^-1/(T-d-1), T >= d+2 *)
Lemma step6 : forall B : nat -> R, 
  ((synthetic_fraction * ((sigma) ^ 2) * tr B [LB; LV]) + tr B [LB; Lw; Lwt])
  = (((synthetic_fraction * ((sigma) ^ 2) * tr B [LB; LSigmainv]) / ((-1) + T + ((-1) * INR d))) + tr B [LB; Lw; Lwt]).
Proof.
  intros B.
  assert (H1 : tr B [LB; LV] = ((1 / ((-1) + T + ((-1) * INR d)))) * tr B [LB; LSigmainv]) by exact (eq_trans (eq_trans (turn B [LB] [LV]) (axiom8 B [LB] eq_refl)) (f_equal (Rmult ((1 / ((-1) + T + ((-1) * INR d))))) (turn B [LSigmainv] [LB]))).
  repeat first [rewrite H1].
  field; side.
Qed.
(* expectation: E[w w'] = A, E[w] w0' = M, w independent of the design and noise of this fit *)
Lemma step7 : forall B : nat -> R, 
  (((synthetic_fraction * ((sigma) ^ 2) * tr B [LB; LSigmainv]) / ((-1) + T + ((-1) * INR d))) + tr B [LB; Lw; Lwt])
  = (((synthetic_fraction * ((sigma) ^ 2) * tr B [LB; LSigmainv]) / ((-1) + T + ((-1) * INR d))) + tr B [LA; LB]).
Proof.
  intros B.
  assert (H1 : tr B [LB; Lw; Lwt] = (1) * tr B [LA; LB]) by exact (eq_trans (eq_trans (turn B [LB] [Lw; Lwt]) (axiom9 B [LB] eq_refl)) (f_equal (Rmult (1)) (turn B [] [LA; LB]))).
  repeat first [rewrite H1].
  field; side.
Qed.
(* algebra: tr(D C) = sum_i D_i C_ii for D a function of Sigma (or a diagonal test matrix) *)
Lemma step8 : forall B : nat -> R, 
  (((synthetic_fraction * ((sigma) ^ 2) * tr B [LB; LSigmainv]) / ((-1) + T + ((-1) * INR d))) + tr B [LA; LB])
  = (((synthetic_fraction * ((sigma) ^ 2) * sum d (fun i => (B i / s i))) / ((-1) + T + ((-1) * INR d))) + sum d (fun i => (B i * a i))).
Proof.
  intros B.
  assert (H1 : tr B [LA; LB] = sum d (fun i => (B i * a i))).
  { rewrite eigenbasis by (reflexivity || (cbn; lia)).
    apply sum_ext; intros i Hi; at_i i Hi. cbn. field; side. }
  assert (H2 : tr B [LB; LSigmainv] = sum d (fun i => (B i / s i))).
  { rewrite eigenbasis by (reflexivity || (cbn; lia)).
    apply sum_ext; intros i Hi; at_i i Hi. cbn. field; side. }
  repeat first [rewrite H1 | rewrite H2].
  field; side.
Qed.
(* components: B is an arbitrary diagonal matrix: compare the coefficients of B_i *)
Lemma step9 : forall c : nat -> R, (forall B, tr B [LB; Lwall; Lwallt] = sum d (fun i => B i * c i)) -> forall i, (i < d)%nat -> c i = (a i + ((synthetic_fraction * ((sigma) ^ 2)) / (s i * ((-1) + T + ((-1) * INR d))))).
Proof.
  intros c H. apply components. intros B. rewrite <- H.
  rewrite step1.
  rewrite step2.
  rewrite step3.
  rewrite step4.
  rewrite step5.
  rewrite step6.
  rewrite step7.
  rewrite step8.
  assert (E1 : sum d (fun i => (B i * (a i + ((synthetic_fraction * ((sigma) ^ 2)) / (s i * ((-1) + T + ((-1) * INR d))))))) = slin d [(1, fun i => (B i * a i)); ((((-1) * synthetic_fraction * ((sigma) ^ 2)) / (1 + INR d + ((-1) * T))), fun i => (B i / s i))]).
  { apply sum_lin; intros j Hj; at_i j Hj. cbn [lin].  field; side. }
  assert (E2 : sum d (fun i => (B i * a i)) = slin d [(1, fun i => (B i * a i))]).
  { apply sum_lin; intros j Hj; at_i j Hj. cbn [lin].  field; side. }
  assert (E3 : sum d (fun i => (B i / s i)) = slin d [(1, fun i => (B i / s i))]).
  { apply sum_lin; intros j Hj; at_i j Hj. cbn [lin].  field; side. }
  rewrite ?E1.
  rewrite ?E2.
  rewrite ?E3.
  rewrite ?E1.
  rewrite ?E2.
  rewrite ?E3.
  cbn [slin].
  rewrite ?sum_one.
  conditions ltac:(fun Z => rewrite ?E1 in Z; rewrite ?E2 in Z; rewrite ?E3 in Z; rewrite ?E1 in Z; rewrite ?E2 in Z; rewrite ?E3 in Z; cbn [slin] in Z; rewrite ?sum_one in Z).
  field; side.
Qed.
(* insertion: insert T = N, synthetic_fraction = T0/N, sigma = sigma0: a set of T0 rows, N in all *)
Lemma step10 : forall i, (i < d)%nat ->
  (a i + ((synthetic_fraction * ((sigma) ^ 2)) / (s i * ((-1) + T + ((-1) * INR d)))))
  = (a i + ((T0 * ((sigma0) ^ 2)) / (N * s i * ((-1) + N + ((-1) * INR d))))).
Proof.
  intros i Hi. at_i i Hi.
  rewrite ?put_T.
  rewrite ?put_sigma.
  rewrite ?put_synthetic_fraction.
  rewrite ?put_T.
  rewrite ?put_sigma.
  rewrite ?put_synthetic_fraction.
  cbn [slin].
  rewrite ?sum_one.
  rewrite ?put_T.
  rewrite ?put_sigma.
  rewrite ?put_synthetic_fraction.
  conditions ltac:(fun Z => rewrite ?put_T in Z; rewrite ?put_sigma in Z; rewrite ?put_synthetic_fraction in Z; rewrite ?put_T in Z; rewrite ?put_sigma in Z; rewrite ?put_synthetic_fraction in Z; cbn [slin] in Z; rewrite ?sum_one in Z).
  field; side.
Qed.
End S10.

End Page.
