(* Written by: ridgeproof derive weighted-mixing --format coq
   weighted-mixing.
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

Inductive letter := LA | LB | LM | LMt | LP | LPt | LSigmainv | LV | LW0 | LX | LXt | Le | Let | Lw | Lwt | Lw0 | Lw0t | Lw_hat | Lw_hatt.
Scheme Equality for letter.
Definition transposed (x : letter) := match x with LA => LA | LB => LB | LM => LMt | LMt => LM | LP => LPt | LPt => LP | LSigmainv => LSigmainv | LV => LV | LW0 => LW0 | LX => LXt | LXt => LX | Le => Let | Let => Le | Lw => Lwt | Lwt => Lw | Lw0 => Lw0t | Lw0t => Lw0 | Lw_hat => Lw_hatt | Lw_hatt => Lw_hat end.
(* Whether it depends on all draws of a fit. *)
Definition estimate (x : letter) := match x with Lw_hat => true | Lw_hatt => true | _ => false end.
(* Whether it holds nothing random. *)
Definition fixed (x : letter) := match x with LA => true | LB => true | LM => true | LMt => true | LSigmainv => true | LW0 => true | Lw0 => true | Lw0t => true | _ => false end.
(* Whether it is a function of Sigma or the test matrix. *)
Definition plain (x : letter) := match x with LB => true | LSigmainv => true | _ => false end.
(* Whether it has a diagonal that is known, and no more. *)
Definition moment (x : letter) := match x with LA => true | LM => true | LMt => true | LW0 => true | _ => false end.
Section Page.
  Variables d n : nat.
  Variables T T0 W W_ pooled pooled_new rho sigma sigma0 sigma_real : R.
  Variables a a_new m m_new s w0 : nat -> R.
  (* tr B w is E tr of the product of the letters of w; LB is the diagonal matrix B. *)
  Variable tr : (nat -> R) -> list letter -> R.
  Hypothesis turn : forall B a b, tr B (a ++ b) = tr B (b ++ a).
  Hypothesis back : forall B a, tr B a = tr B (map transposed (rev a)).
  (* The diagonal entry i of each. *)
  Definition diag (B : nat -> R) (x : letter) i := match x with LA => a i | LB => B i | LM => (m i * w0 i) | LMt => (m i * w0 i) | LSigmainv => (1 / s i) | LW0 => ((w0 i) ^ 2) | _ => 0 end.
  (* algebra: tr(D C) = sum_i D_i C_ii for D a function of Sigma or the test matrix *)
  Hypothesis eigenbasis : forall B v,
    forallb (fun x => orb (plain x) (moment x)) v = true ->
    (length (filter moment v) <= 1)%nat ->
    tr B v = sum d (fun i => fold_right (fun x p => diag B x i * p) 1 v).
  (* definition: w_hat = X^+ (X w + sigma e) *)
  Hypothesis axiom1 : forall B v, tr B ([Lw_hat] ++ v) = (sigma) * tr B ([LP; Le] ++ v) + (1) * tr B ([LP; LX; Lw] ++ v).
  (* exact identity: X^+ X = 1 and X^+ X^+' = (X'X)^-1 for T >= d rows *)
  Hypothesis axiom2 : forall B v, tr B ([LP; LX] ++ v) = (1) * tr B ([] ++ v).
  (* exact identity: X^+ X = 1 and X^+ X^+' = (X'X)^-1 for T >= d rows *)
  Hypothesis axiom3 : forall B v, tr B ([LP; LPt] ++ v) = (1) * tr B ([LV] ++ v).
  (* expectation: E[e e'] = I, E[e] = 0 *)
  Hypothesis axiom4 : forall B v, forallb (fun x => negb (estimate x || letter_beq x Le || letter_beq x Let)) v = true -> tr B ([Le; Let] ++ v) = (1) * tr B ([] ++ v).
  (* expectation: E[e e'] = I, E[e] = 0 *)
  Hypothesis axiom5 : forall B v, forallb (fun x => negb (estimate x || letter_beq x Le || letter_beq x Let)) v = true -> tr B ([Le] ++ v) = 0.
  (* expectation: E[w w'] = A, E[w] w0' = M, w independent of the design and noise of this fit *)
  Hypothesis axiom6 : forall B v, forallb (fun x => negb (estimate x || letter_beq x Lw || letter_beq x Lwt)) v = true -> tr B ([Lw; Lwt] ++ v) = (1) * tr B ([LA] ++ v).
  (* expectation: E[w w'] = A, E[w] w0' = M, w independent of the design and noise of this fit *)
  Hypothesis axiom7 : forall B v, forallb (fun x => negb (estimate x || letter_beq x Lw || letter_beq x Lwt)) v = true -> tr B ([Lw; Lw0t] ++ v) = (1) * tr B ([LM] ++ v).
  (* expectation: E[(X'X)^-1] = Sigma^-1/(T-d-1), T >= d+2 *)
  Hypothesis axiom8 : forall B v, forallb fixed v = true -> tr B ([LV] ++ v) = ((1 / ((-1) + T + ((-1) * INR d)))) * tr B ([LSigmainv] ++ v).
  (* definition: W0 = w0 w0' *)
  Hypothesis axiom9 : forall B v, tr B ([Lw0; Lw0t] ++ v) = (1) * tr B ([LW0] ++ v).
  (* Nothing is divided by zero. *)
  Hypothesis nonzero1 : forall i, (i < d)%nat -> s i <> 0.
  Hypothesis nonzero2 : (1 + INR d + ((-1) * T)) <> 0.
  Hypothesis nonzero3 : (1 + INR d + ((-1) * T0)) <> 0.
  Hypothesis nonzero4 : (1 + pooled + rho) <> 0.
  Hypothesis nonzero5 : ((-2) + W) <> 0.
  Hypothesis nonzero6 : W <> 0.
  Hypothesis nonzero7 : ((-1) + W_) <> 0.
  Ltac at_i i Hi := pose proof (nonzero1 i Hi).
  Ltac conditions tac := (let Z := fresh "Z" in pose proof nonzero2 as Z; tac Z); (let Z := fresh "Z" in pose proof nonzero3 as Z; tac Z); (let Z := fresh "Z" in pose proof nonzero4 as Z; tac Z); (let Z := fresh "Z" in pose proof nonzero5 as Z; tac Z); (let Z := fresh "Z" in pose proof nonzero6 as Z; tac Z); (let Z := fresh "Z" in pose proof nonzero7 as Z; tac Z).

Section S9.  (* one generator by least squares *)
Hypothesis put_T : T = T0.
Hypothesis put_sigma : sigma = sigma0.
(* definition: w_hat = X^+ (X w + sigma e) *)
Lemma step1 : forall B : nat -> R, 
  tr B [LB; Lw_hat; Lw_hatt]
  = ((((sigma) ^ 2) * tr B [LB; LP; Le; Let; LPt]) + (2 * sigma * tr B [LB; LP; LX; Lw; Let; LPt]) + tr B [LB; LP; LX; Lw; Lwt; LXt; LPt]).
Proof.
  intros B.
  assert (H1 : tr B [LB; Lw_hat; Lw_hatt] = (sigma) * tr B [LB; LP; Le; Lw_hatt] + (1) * tr B [LB; LP; LX; Lw; Lw_hatt]) by exact (eq_trans (eq_trans (turn B [LB] [Lw_hat; Lw_hatt]) (axiom1 B [Lw_hatt; LB])) (f_equal2 Rplus (f_equal (Rmult (sigma)) (turn B [LP; Le; Lw_hatt] [LB])) (f_equal (Rmult (1)) (turn B [LP; LX; Lw; Lw_hatt] [LB])))).
  assert (H2 : tr B [LB; LP; LX; Lw; Lw_hatt] = (sigma) * tr B [LB; LP; LX; Lw; Let; LPt] + (1) * tr B [LB; LP; LX; Lw; Lwt; LXt; LPt]) by exact (eq_trans (eq_trans (eq_trans (back B [LB; LP; LX; Lw; Lw_hatt]) (turn B [] [Lw_hat; Lwt; LXt; LPt; LB])) (axiom1 B [Lwt; LXt; LPt; LB])) (f_equal2 Rplus (f_equal (Rmult (sigma)) (eq_trans (back B [LP; Le; Lwt; LXt; LPt; LB]) (turn B [] [LB; LP; LX; Lw; Let; LPt]))) (f_equal (Rmult (1)) (turn B [LP; LX; Lw; Lwt; LXt; LPt] [LB])))).
  assert (H3 : tr B [LB; LP; Le; Lw_hatt] = (sigma) * tr B [LB; LP; Le; Let; LPt] + (1) * tr B [LB; LP; LX; Lw; Let; LPt]) by exact (eq_trans (eq_trans (eq_trans (back B [LB; LP; Le; Lw_hatt]) (turn B [] [Lw_hat; Let; LPt; LB])) (axiom1 B [Let; LPt; LB])) (f_equal2 Rplus (f_equal (Rmult (sigma)) (turn B [LP; Le; Let; LPt] [LB])) (f_equal (Rmult (1)) (turn B [LP; LX; Lw; Let; LPt] [LB])))).
  repeat first [rewrite H1 | rewrite H2 | rewrite H3].
  field; side.
Qed.
(* exact identity: X^+ X = 1 and X^+ X^+' = (X'X)^-1 for T >= d rows *)
Lemma step2 : forall B : nat -> R, 
  ((((sigma) ^ 2) * tr B [LB; LP; Le; Let; LPt]) + (2 * sigma * tr B [LB; LP; LX; Lw; Let; LPt]) + tr B [LB; LP; LX; Lw; Lwt; LXt; LPt])
  = ((((sigma) ^ 2) * tr B [LB; LP; Le; Let; LPt]) + (2 * sigma * tr B [LB; LP; Le; Lwt]) + tr B [LB; Lw; Lwt]).
Proof.
  intros B.
  assert (H1 : tr B [LB; LP; LX; Lw; Lwt; LXt; LPt] = (1) * tr B [LB; LP; LX; Lw; Lwt]) by exact (eq_trans (eq_trans (turn B [LB] [LP; LX; Lw; Lwt; LXt; LPt]) (axiom2 B [Lw; Lwt; LXt; LPt; LB])) (f_equal (Rmult (1)) (eq_trans (back B [Lw; Lwt; LXt; LPt; LB]) (turn B [] [LB; LP; LX; Lw; Lwt])))).
  assert (H2 : tr B [LB; LP; LX; Lw; Lwt] = (1) * tr B [LB; Lw; Lwt]) by exact (eq_trans (eq_trans (turn B [LB] [LP; LX; Lw; Lwt]) (axiom2 B [Lw; Lwt; LB])) (f_equal (Rmult (1)) (turn B [Lw; Lwt] [LB]))).
  assert (H3 : tr B [LB; LP; LX; Lw; Let; LPt] = (1) * tr B [LB; LP; Le; Lwt]) by exact (eq_trans (eq_trans (turn B [LB] [LP; LX; Lw; Let; LPt]) (axiom2 B [Lw; Let; LPt; LB])) (f_equal (Rmult (1)) (eq_trans (back B [Lw; Let; LPt; LB]) (turn B [] [LB; LP; Le; Lwt])))).
  repeat first [rewrite H1 | rewrite H2 | rewrite H3].
  field; side.
Qed.
(* expectation: E[e e'] = I, E[e] = 0 *)
Lemma step3 : forall B : nat -> R, 
  ((((sigma) ^ 2) * tr B [LB; LP; Le; Let; LPt]) + (2 * sigma * tr B [LB; LP; Le; Lwt]) + tr B [LB; Lw; Lwt])
  = ((((sigma) ^ 2) * tr B [LB; LP; LPt]) + tr B [LB; Lw; Lwt]).
Proof.
  intros B.
  assert (H1 : tr B [LB; LP; Le; Let; LPt] = (1) * tr B [LB; LP; LPt]) by exact (eq_trans (eq_trans (turn B [LB; LP] [Le; Let; LPt]) (axiom4 B [LPt; LB; LP] eq_refl)) (f_equal (Rmult (1)) (turn B [LPt] [LB; LP]))).
  assert (H2 : tr B [LB; LP; Le; Lwt] = 0) by exact (eq_trans (turn B [LB; LP] [Le; Lwt]) (axiom5 B [Lwt; LB; LP] eq_refl)).
  repeat first [rewrite H1 | rewrite H2].
  field; side.
Qed.
(* exact identity: X^+ X = 1 and X^+ X^+' = (X'X)^-1 for T >= d rows *)
Lemma step4 : forall B : nat -> R, 
  ((((sigma) ^ 2) * tr B [LB; LP; LPt]) + tr B [LB; Lw; Lwt])
  = ((((sigma) ^ 2) * tr B [LB; LV]) + tr B [LB; Lw; Lwt]).
Proof.
  intros B.
  assert (H1 : tr B [LB; LP; LPt] = (1) * tr B [LB; LV]) by exact (eq_trans (eq_trans (turn B [LB] [LP; LPt]) (axiom3 B [LB])) (f_equal (Rmult (1)) (turn B [LV] [LB]))).
  repeat first [rewrite H1].
  field; side.
Qed.
(* expectation: E[w w'] = A, E[w] w0' = M, w independent of the design and noise of this fit *)
Lemma step5 : forall B : nat -> R, 
  ((((sigma) ^ 2) * tr B [LB; LV]) + tr B [LB; Lw; Lwt])
  = ((((sigma) ^ 2) * tr B [LB; LV]) + tr B [LA; LB]).
Proof.
  intros B.
  assert (H1 : tr B [LB; Lw; Lwt] = (1) * tr B [LA; LB]) by exact (eq_trans (eq_trans (turn B [LB] [Lw; Lwt]) (axiom6 B [LB] eq_refl)) (f_equal (Rmult (1)) (turn B [] [LA; LB]))).
  repeat first [rewrite H1].
  field; side.
Qed.
(* expectation: E[(X'X)^-1] = Sigma^-1/(T-d-1), T >= d+2 *)
Lemma step6 : forall B : nat -> R, 
  ((((sigma) ^ 2) * tr B [LB; LV]) + tr B [LA; LB])
  = (((((sigma) ^ 2) * tr B [LB; LSigmainv]) / ((-1) + T + ((-1) * INR d))) + tr B [LA; LB]).
Proof.
  intros B.
  assert (H1 : tr B [LB; LV] = ((1 / ((-1) + T + ((-1) * INR d)))) * tr B [LB; LSigmainv]) by exact (eq_trans (eq_trans (turn B [LB] [LV]) (axiom8 B [LB] eq_refl)) (f_equal (Rmult ((1 / ((-1) + T + ((-1) * INR d))))) (turn B [LSigmainv] [LB]))).
  repeat first [rewrite H1].
  field; side.
Qed.
(* algebra: tr(D C) = sum_i D_i C_ii for D a function of Sigma (or a diagonal test matrix) *)
Lemma step7 : forall B : nat -> R, 
  (((((sigma) ^ 2) * tr B [LB; LSigmainv]) / ((-1) + T + ((-1) * INR d))) + tr B [LA; LB])
  = (((((sigma) ^ 2) * sum d (fun i => (B i / s i))) / ((-1) + T + ((-1) * INR d))) + sum d (fun i => (B i * a i))).
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
Lemma step8 : forall c : nat -> R, (forall B, tr B [LB; Lw_hat; Lw_hatt] = sum d (fun i => B i * c i)) -> forall i, (i < d)%nat -> c i = (a i + (((sigma) ^ 2) / (s i * ((-1) + T + ((-1) * INR d))))).
Proof.
  intros c H. apply components. intros B. rewrite <- H.
  rewrite step1.
  rewrite step2.
  rewrite step3.
  rewrite step4.
  rewrite step5.
  rewrite step6.
  rewrite step7.
  assert (E1 : sum d (fun i => (B i * (a i + (((sigma) ^ 2) / (s i * ((-1) + T + ((-1) * INR d))))))) = slin d [(1, fun i => (B i * a i)); ((((-1) * ((sigma) ^ 2)) / (1 + INR d + ((-1) * T))), fun i => (B i / s i))]).
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
(* insertion: insert T = T0, sigma = sigma0: the rows and the noise of a generator *)
Lemma step9 : forall i, (i < d)%nat ->
  (a i + (((sigma) ^ 2) / (s i * ((-1) + T + ((-1) * INR d)))))
  = (a i + (((sigma0) ^ 2) / (s i * ((-1) + T0 + ((-1) * INR d))))).
Proof.
  intros i Hi. at_i i Hi.
  rewrite ?put_T.
  rewrite ?put_sigma.
  rewrite ?put_T.
  rewrite ?put_sigma.
  cbn [slin].
  rewrite ?sum_one.
  rewrite ?put_T.
  rewrite ?put_sigma.
  conditions ltac:(fun Z => rewrite ?put_T in Z; rewrite ?put_sigma in Z; rewrite ?put_T in Z; rewrite ?put_sigma in Z; cbn [slin] in Z; rewrite ?sum_one in Z).
  field; side.
Qed.
End S9.

Section S14.  (* the model behind averaged labels: mean *)
(* expectation: E[w w'] = A, E[w] w0' = M, w independent of the design and noise of this fit *)
Lemma step10 : forall B : nat -> R, 
  ((W * tr B [LB; Lw0; Lw0t]) + ((-1) * W * tr B [LB; Lw; Lw0t]) + tr B [LB; Lw; Lw0t])
  = ((W * tr B [LB; Lw0; Lw0t]) + ((-1) * W * tr B [LB; LM]) + tr B [LB; LM]).
Proof.
  intros B.
  assert (H1 : tr B [LB; Lw; Lw0t] = (1) * tr B [LB; LM]) by exact (eq_trans (eq_trans (turn B [LB] [Lw; Lw0t]) (axiom7 B [LB] eq_refl)) (f_equal (Rmult (1)) (turn B [LM] [LB]))).
  repeat first [rewrite H1].
  field; side.
Qed.
(* definition: W0 = w0 w0' *)
Lemma step11 : forall B : nat -> R, 
  ((W * tr B [LB; Lw0; Lw0t]) + ((-1) * W * tr B [LB; LM]) + tr B [LB; LM])
  = ((W * tr B [LB; LW0]) + ((-1) * W * tr B [LB; LM]) + tr B [LB; LM]).
Proof.
  intros B.
  assert (H1 : tr B [LB; Lw0; Lw0t] = (1) * tr B [LB; LW0]) by exact (eq_trans (eq_trans (turn B [LB] [Lw0; Lw0t]) (axiom9 B [LB])) (f_equal (Rmult (1)) (turn B [LW0] [LB]))).
  repeat first [rewrite H1].
  field; side.
Qed.
(* algebra: tr(D C) = sum_i D_i C_ii for D a function of Sigma (or a diagonal test matrix) *)
Lemma step12 : forall B : nat -> R, 
  ((W * tr B [LB; LW0]) + ((-1) * W * tr B [LB; LM]) + tr B [LB; LM])
  = ((W * sum d (fun i => (B i * ((w0 i) ^ 2)))) + ((-1) * W * sum d (fun i => (B i * m i * w0 i))) + sum d (fun i => (B i * m i * w0 i))).
Proof.
  intros B.
  assert (H1 : tr B [LB; LM] = sum d (fun i => (B i * m i * w0 i))).
  { rewrite eigenbasis by (reflexivity || (cbn; lia)).
    apply sum_ext; intros i Hi; at_i i Hi. cbn. field; side. }
  assert (H2 : tr B [LB; LW0] = sum d (fun i => (B i * ((w0 i) ^ 2)))).
  { rewrite eigenbasis by (reflexivity || (cbn; lia)).
    apply sum_ext; intros i Hi; at_i i Hi. cbn. field; side. }
  repeat first [rewrite H1 | rewrite H2].
  field; side.
Qed.
(* components: B is an arbitrary diagonal matrix: compare the coefficients of B_i *)
Lemma step13 : forall c : nat -> R, (forall B, ((W * tr B [LB; Lw0; Lw0t]) + ((-1) * W * tr B [LB; Lw; Lw0t]) + tr B [LB; Lw; Lw0t]) = sum d (fun i => B i * c i)) -> forall i, (i < d)%nat -> c i = ((m i * w0 i) + (W * ((w0 i) ^ 2)) + ((-1) * m i * w0 i * W)).
Proof.
  intros c H. apply components. intros B. rewrite <- H.
  rewrite step10.
  rewrite step11.
  rewrite step12.
  assert (E1 : sum d (fun i => (B i * ((m i * w0 i) + (W * ((w0 i) ^ 2)) + ((-1) * m i * w0 i * W)))) = slin d [(1, fun i => (B i * m i * w0 i)); (((-1) * W), fun i => (B i * m i * w0 i)); (W, fun i => (B i * ((w0 i) ^ 2)))]).
  { apply sum_lin; intros j Hj; at_i j Hj. cbn [lin].  field; side. }
  assert (E2 : sum d (fun i => (B i * m i * w0 i)) = slin d [(1, fun i => (B i * m i * w0 i))]).
  { apply sum_lin; intros j Hj; at_i j Hj. cbn [lin].  field; side. }
  assert (E3 : sum d (fun i => (B i * ((w0 i) ^ 2))) = slin d [(1, fun i => (B i * ((w0 i) ^ 2)))]).
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
(* algebra: collect W *)
Lemma step14 : forall i, (i < d)%nat ->
  ((m i * w0 i) + (W * ((w0 i) ^ 2)) + ((-1) * m i * w0 i * W))
  = (w0 i * ((m i * (1 + ((-1) * W))) + (w0 i * W))).
Proof.
  intros i Hi. at_i i Hi.
  cbn [slin].
  rewrite ?sum_one.
  conditions ltac:(fun Z => cbn [slin] in Z; rewrite ?sum_one in Z).
  field; side.
Qed.
End S14.

Section S19.  (* the model behind averaged labels: second moment *)
(* expectation: E[w w'] = A, E[w] w0' = M, w independent of the design and noise of this fit *)
Lemma step15 : forall B : nat -> R, 
  ((((W) ^ 2) * tr B [LB; Lw; Lwt]) + (((W) ^ 2) * tr B [LB; Lw0; Lw0t]) + ((-2) * W * tr B [LB; Lw; Lwt]) + ((-2) * ((W) ^ 2) * tr B [LB; Lw; Lw0t]) + (2 * W * tr B [LB; Lw; Lw0t]) + tr B [LB; Lw; Lwt])
  = ((((W) ^ 2) * tr B [LA; LB]) + (((W) ^ 2) * tr B [LB; Lw0; Lw0t]) + ((-2) * W * tr B [LA; LB]) + ((-2) * ((W) ^ 2) * tr B [LB; LM]) + (2 * W * tr B [LB; LM]) + tr B [LA; LB]).
Proof.
  intros B.
  assert (H1 : tr B [LB; Lw; Lwt] = (1) * tr B [LA; LB]) by exact (eq_trans (eq_trans (turn B [LB] [Lw; Lwt]) (axiom6 B [LB] eq_refl)) (f_equal (Rmult (1)) (turn B [] [LA; LB]))).
  assert (H2 : tr B [LB; Lw; Lw0t] = (1) * tr B [LB; LM]) by exact (eq_trans (eq_trans (turn B [LB] [Lw; Lw0t]) (axiom7 B [LB] eq_refl)) (f_equal (Rmult (1)) (turn B [LM] [LB]))).
  repeat first [rewrite H1 | rewrite H2].
  field; side.
Qed.
(* definition: W0 = w0 w0' *)
Lemma step16 : forall B : nat -> R, 
  ((((W) ^ 2) * tr B [LA; LB]) + (((W) ^ 2) * tr B [LB; Lw0; Lw0t]) + ((-2) * W * tr B [LA; LB]) + ((-2) * ((W) ^ 2) * tr B [LB; LM]) + (2 * W * tr B [LB; LM]) + tr B [LA; LB])
  = ((((W) ^ 2) * tr B [LA; LB]) + (((W) ^ 2) * tr B [LB; LW0]) + ((-2) * W * tr B [LA; LB]) + ((-2) * ((W) ^ 2) * tr B [LB; LM]) + (2 * W * tr B [LB; LM]) + tr B [LA; LB]).
Proof.
  intros B.
  assert (H1 : tr B [LB; Lw0; Lw0t] = (1) * tr B [LB; LW0]) by exact (eq_trans (eq_trans (turn B [LB] [Lw0; Lw0t]) (axiom9 B [LB])) (f_equal (Rmult (1)) (turn B [LW0] [LB]))).
  repeat first [rewrite H1].
  field; side.
Qed.
(* algebra: tr(D C) = sum_i D_i C_ii for D a function of Sigma (or a diagonal test matrix) *)
Lemma step17 : forall B : nat -> R, 
  ((((W) ^ 2) * tr B [LA; LB]) + (((W) ^ 2) * tr B [LB; LW0]) + ((-2) * W * tr B [LA; LB]) + ((-2) * ((W) ^ 2) * tr B [LB; LM]) + (2 * W * tr B [LB; LM]) + tr B [LA; LB])
  = ((((W) ^ 2) * sum d (fun i => (B i * a i))) + (((W) ^ 2) * sum d (fun i => (B i * ((w0 i) ^ 2)))) + ((-2) * W * sum d (fun i => (B i * a i))) + ((-2) * ((W) ^ 2) * sum d (fun i => (B i * m i * w0 i))) + (2 * W * sum d (fun i => (B i * m i * w0 i))) + sum d (fun i => (B i * a i))).
Proof.
  intros B.
  assert (H1 : tr B [LA; LB] = sum d (fun i => (B i * a i))).
  { rewrite eigenbasis by (reflexivity || (cbn; lia)).
    apply sum_ext; intros i Hi; at_i i Hi. cbn. field; side. }
  assert (H2 : tr B [LB; LM] = sum d (fun i => (B i * m i * w0 i))).
  { rewrite eigenbasis by (reflexivity || (cbn; lia)).
    apply sum_ext; intros i Hi; at_i i Hi. cbn. field; side. }
  assert (H3 : tr B [LB; LW0] = sum d (fun i => (B i * ((w0 i) ^ 2)))).
  { rewrite eigenbasis by (reflexivity || (cbn; lia)).
    apply sum_ext; intros i Hi; at_i i Hi. cbn. field; side. }
  repeat first [rewrite H1 | rewrite H2 | rewrite H3].
  field; side.
Qed.
(* components: B is an arbitrary diagonal matrix: compare the coefficients of B_i *)
Lemma step18 : forall c : nat -> R, (forall B, ((((W) ^ 2) * tr B [LB; Lw; Lwt]) + (((W) ^ 2) * tr B [LB; Lw0; Lw0t]) + ((-2) * W * tr B [LB; Lw; Lwt]) + ((-2) * ((W) ^ 2) * tr B [LB; Lw; Lw0t]) + (2 * W * tr B [LB; Lw; Lw0t]) + tr B [LB; Lw; Lwt]) = sum d (fun i => B i * c i)) -> forall i, (i < d)%nat -> c i = (a i + (a i * ((W) ^ 2)) + (((w0 i) ^ 2) * ((W) ^ 2)) + ((-2) * W * a i) + ((-2) * m i * w0 i * ((W) ^ 2)) + (2 * m i * w0 i * W)).
Proof.
  intros c H. apply components. intros B. rewrite <- H.
  rewrite step15.
  rewrite step16.
  rewrite step17.
  assert (E1 : sum d (fun i => (B i * (a i + (a i * ((W) ^ 2)) + (((w0 i) ^ 2) * ((W) ^ 2)) + ((-2) * W * a i) + ((-2) * m i * w0 i * ((W) ^ 2)) + (2 * m i * w0 i * W)))) = slin d [(1, fun i => (B i * a i)); (((W) ^ 2), fun i => (B i * a i)); (((-2) * W), fun i => (B i * a i)); (((W) ^ 2), fun i => (B i * ((w0 i) ^ 2))); (((-2) * ((W) ^ 2)), fun i => (B i * m i * w0 i)); ((2 * W), fun i => (B i * m i * w0 i))]).
  { apply sum_lin; intros j Hj; at_i j Hj. cbn [lin].  field; side. }
  assert (E2 : sum d (fun i => (B i * a i)) = slin d [(1, fun i => (B i * a i))]).
  { apply sum_lin; intros j Hj; at_i j Hj. cbn [lin].  field; side. }
  assert (E3 : sum d (fun i => (B i * m i * w0 i)) = slin d [(1, fun i => (B i * m i * w0 i))]).
  { apply sum_lin; intros j Hj; at_i j Hj. cbn [lin].  field; side. }
  assert (E4 : sum d (fun i => (B i * ((w0 i) ^ 2))) = slin d [(1, fun i => (B i * ((w0 i) ^ 2)))]).
  { apply sum_lin; intros j Hj; at_i j Hj. cbn [lin].  field; side. }
  rewrite ?E1.
  rewrite ?E2.
  rewrite ?E3.
  rewrite ?E4.
  rewrite ?E1.
  rewrite ?E2.
  rewrite ?E3.
  rewrite ?E4.
  cbn [slin].
  rewrite ?sum_one.
  conditions ltac:(fun Z => rewrite ?E1 in Z; rewrite ?E2 in Z; rewrite ?E3 in Z; rewrite ?E4 in Z; rewrite ?E1 in Z; rewrite ?E2 in Z; rewrite ?E3 in Z; rewrite ?E4 in Z; cbn [slin] in Z; rewrite ?sum_one in Z).
  field; side.
Qed.
(* algebra: collect W *)
Lemma step19 : forall i, (i < d)%nat ->
  (a i + (a i * ((W) ^ 2)) + (((w0 i) ^ 2) * ((W) ^ 2)) + ((-2) * W * a i) + ((-2) * m i * w0 i * ((W) ^ 2)) + (2 * m i * w0 i * W))
  = ((a i * (((1 + ((-1) * W))) ^ 2)) + (((w0 i) ^ 2) * ((W) ^ 2)) + (2 * m i * w0 i * W * (1 + ((-1) * W)))).
Proof.
  intros i Hi. at_i i Hi.
  cbn [slin].
  rewrite ?sum_one.
  conditions ltac:(fun Z => cbn [slin] in Z; rewrite ?sum_one in Z).
  field; side.
Qed.
End S19.

Section S20.  (* the generation on averaged labels: mean *)
Hypothesis put_m_new : forall i, (i < d)%nat -> m_new i = ((m i * (1 + ((-1) * W))) + (w0 i * W)).
Hypothesis put_a_new : forall i, (i < d)%nat -> a_new i = ((a i * (((1 + ((-1) * W))) ^ 2)) + (((w0 i) ^ 2) * ((W) ^ 2)) + (2 * m i * w0 i * W * (1 + ((-1) * W)))).
Hypothesis put_pooled_new : pooled_new = ((((W) ^ 2) * ((sigma_real) ^ 2)) + (((sigma0) ^ 2) * (((1 + ((-1) * W))) ^ 2))).
(* insertion: insert m_i = W*w0 + m*(1 - W), a_i = W**2*w0**2 + 2*W*m*w0*(1 - W) + a*(1 - W)**2, pooled = W**2*sigma_real**2 + sigma0**2*(1 - W)**2 *)
Lemma step20 : forall i, (i < d)%nat ->
  m_new i
  = ((m i * (1 + ((-1) * W))) + (w0 i * W)).
Proof.
  intros i Hi. at_i i Hi.
  cbn [slin].
  rewrite ?sum_one.
  rewrite ?put_m_new by assumption.
  conditions ltac:(fun Z => cbn [slin] in Z; rewrite ?sum_one in Z).
  field; side.
Qed.
End S20.

Section S21.  (* the generation on averaged labels: second moment *)
Hypothesis put_m_new : forall i, (i < d)%nat -> m_new i = ((m i * (1 + ((-1) * W))) + (w0 i * W)).
Hypothesis put_a_new : forall i, (i < d)%nat -> a_new i = ((a i * (((1 + ((-1) * W))) ^ 2)) + (((w0 i) ^ 2) * ((W) ^ 2)) + (2 * m i * w0 i * W * (1 + ((-1) * W)))).
Hypothesis put_pooled_new : pooled_new = ((((W) ^ 2) * ((sigma_real) ^ 2)) + (((sigma0) ^ 2) * (((1 + ((-1) * W))) ^ 2))).
(* insertion: insert m_i = W*w0 + m*(1 - W), a_i = W**2*w0**2 + 2*W*m*w0*(1 - W) + a*(1 - W)**2, pooled = W**2*sigma_real**2 + sigma0**2*(1 - W)**2 *)
Lemma step21 : forall i, (i < d)%nat ->
  ((pooled_new / (s i * ((-1) + T0 + ((-1) * INR d)))) + a_new i)
  = ((a i * (((1 + ((-1) * W))) ^ 2)) + (((w0 i) ^ 2) * ((W) ^ 2)) + (((((W) ^ 2) * ((sigma_real) ^ 2)) + (((sigma0) ^ 2) * (((1 + ((-1) * W))) ^ 2))) / (s i * ((-1) + T0 + ((-1) * INR d)))) + (2 * m i * w0 i * W * (1 + ((-1) * W)))).
Proof.
  intros i Hi. at_i i Hi.
  rewrite ?put_pooled_new.
  rewrite ?put_pooled_new.
  cbn [slin].
  rewrite ?sum_one.
  rewrite ?put_a_new by assumption.
  rewrite ?put_pooled_new.
  conditions ltac:(fun Z => rewrite ?put_pooled_new in Z; rewrite ?put_pooled_new in Z; cbn [slin] in Z; rewrite ?sum_one in Z).
  field; side.
Qed.
End S21.

Section S23.  (* the covariance is one number *)
Hypothesis put_m : forall i, (i < d)%nat -> m i = w0 i.
Hypothesis put_a : forall i, (i < d)%nat -> a i = (((w0 i) ^ 2) + (pooled / (s i * ((-1) + T0 + ((-1) * INR d))))).
(* insertion: insert m_i = w0, a_i = pooled/(s*(T0 - d - 1)) + w0**2 *)
Lemma step22 : forall B : nat -> R, 
  sum d (fun i => (B i * ((a i * (((1 + ((-1) * W))) ^ 2)) + (((w0 i) ^ 2) * ((W) ^ 2)) + (((((W) ^ 2) * ((sigma_real) ^ 2)) + (((sigma0) ^ 2) * (((1 + ((-1) * W))) ^ 2))) / (s i * ((-1) + T0 + ((-1) * INR d)))) + (2 * m i * w0 i * W * (1 + ((-1) * W))))))
  = sum d (fun i => (B i * ((((w0 i) ^ 2) * ((W) ^ 2)) + ((((1 + ((-1) * W))) ^ 2) * (((w0 i) ^ 2) + (pooled / (s i * ((-1) + T0 + ((-1) * INR d)))))) + (((((W) ^ 2) * ((sigma_real) ^ 2)) + (((sigma0) ^ 2) * (((1 + ((-1) * W))) ^ 2))) / (s i * ((-1) + T0 + ((-1) * INR d)))) + (2 * W * ((w0 i) ^ 2) * (1 + ((-1) * W)))))).
Proof.
  intros B.
  assert (E1 : sum d (fun i => (B i * ((a i * (((1 + ((-1) * W))) ^ 2)) + (((w0 i) ^ 2) * ((W) ^ 2)) + (((((W) ^ 2) * ((sigma_real) ^ 2)) + (((sigma0) ^ 2) * (((1 + ((-1) * W))) ^ 2))) / (s i * ((-1) + T0 + ((-1) * INR d)))) + (2 * m i * w0 i * W * (1 + ((-1) * W)))))) = slin d [(1, fun i => (B i * ((w0 i) ^ 2))); (((((-1) * pooled) + ((-1) * ((sigma0) ^ 2)) + ((-1) * pooled * ((W) ^ 2)) + ((-1) * ((W) ^ 2) * ((sigma0) ^ 2)) + ((-1) * ((W) ^ 2) * ((sigma_real) ^ 2)) + (2 * W * pooled) + (2 * W * ((sigma0) ^ 2))) / (1 + INR d + ((-1) * T0))), fun i => (B i / s i))]).
  { apply sum_lin; intros j Hj; at_i j Hj. cbn [lin]. rewrite ?put_m by assumption. rewrite ?put_a by assumption. field; side. }
  assert (E2 : sum d (fun i => (B i * ((((w0 i) ^ 2) * ((W) ^ 2)) + ((((1 + ((-1) * W))) ^ 2) * (((w0 i) ^ 2) + (pooled / (s i * ((-1) + T0 + ((-1) * INR d)))))) + (((((W) ^ 2) * ((sigma_real) ^ 2)) + (((sigma0) ^ 2) * (((1 + ((-1) * W))) ^ 2))) / (s i * ((-1) + T0 + ((-1) * INR d)))) + (2 * W * ((w0 i) ^ 2) * (1 + ((-1) * W)))))) = slin d [(1, fun i => (B i * ((w0 i) ^ 2))); (((((-1) * pooled) + ((-1) * ((sigma0) ^ 2)) + ((-1) * pooled * ((W) ^ 2)) + ((-1) * ((W) ^ 2) * ((sigma0) ^ 2)) + ((-1) * ((W) ^ 2) * ((sigma_real) ^ 2)) + (2 * W * pooled) + (2 * W * ((sigma0) ^ 2))) / (1 + INR d + ((-1) * T0))), fun i => (B i / s i))]).
  { apply sum_lin; intros j Hj; at_i j Hj. cbn [lin]. rewrite ?put_m by assumption. rewrite ?put_a by assumption. field; side. }
  rewrite ?E1.
  rewrite ?E2.
  rewrite ?E1.
  rewrite ?E2.
  cbn [slin].
  rewrite ?sum_one.
  conditions ltac:(fun Z => rewrite ?E1 in Z; rewrite ?E2 in Z; rewrite ?E1 in Z; rewrite ?E2 in Z; cbn [slin] in Z; rewrite ?sum_one in Z).
  field; side.
Qed.
(* algebra: the covariance stays a multiple of Sigma^-1/(T0-d-1), on one design or many *)
Lemma step23 : forall B : nat -> R, 
  sum d (fun i => (B i * ((((w0 i) ^ 2) * ((W) ^ 2)) + ((((1 + ((-1) * W))) ^ 2) * (((w0 i) ^ 2) + (pooled / (s i * ((-1) + T0 + ((-1) * INR d)))))) + (((((W) ^ 2) * ((sigma_real) ^ 2)) + (((sigma0) ^ 2) * (((1 + ((-1) * W))) ^ 2))) / (s i * ((-1) + T0 + ((-1) * INR d)))) + (2 * W * ((w0 i) ^ 2) * (1 + ((-1) * W))))))
  = sum d (fun i => (B i * (((w0 i) ^ 2) + (((((W) ^ 2) * ((sigma_real) ^ 2)) + ((((1 + ((-1) * W))) ^ 2) * (pooled + ((sigma0) ^ 2)))) / (s i * ((-1) + T0 + ((-1) * INR d))))))).
Proof.
  intros B.
  assert (E1 : sum d (fun i => (B i * ((((w0 i) ^ 2) * ((W) ^ 2)) + ((((1 + ((-1) * W))) ^ 2) * (((w0 i) ^ 2) + (pooled / (s i * ((-1) + T0 + ((-1) * INR d)))))) + (((((W) ^ 2) * ((sigma_real) ^ 2)) + (((sigma0) ^ 2) * (((1 + ((-1) * W))) ^ 2))) / (s i * ((-1) + T0 + ((-1) * INR d)))) + (2 * W * ((w0 i) ^ 2) * (1 + ((-1) * W)))))) = slin d [(1, fun i => (B i * ((w0 i) ^ 2))); (((((-1) * pooled) + ((-1) * ((sigma0) ^ 2)) + ((-1) * pooled * ((W) ^ 2)) + ((-1) * ((W) ^ 2) * ((sigma0) ^ 2)) + ((-1) * ((W) ^ 2) * ((sigma_real) ^ 2)) + (2 * W * pooled) + (2 * W * ((sigma0) ^ 2))) / (1 + INR d + ((-1) * T0))), fun i => (B i / s i))]).
  { apply sum_lin; intros j Hj; at_i j Hj. cbn [lin].  field; side. }
  assert (E2 : sum d (fun i => (B i * (((w0 i) ^ 2) + (((((W) ^ 2) * ((sigma_real) ^ 2)) + ((((1 + ((-1) * W))) ^ 2) * (pooled + ((sigma0) ^ 2)))) / (s i * ((-1) + T0 + ((-1) * INR d))))))) = slin d [(1, fun i => (B i * ((w0 i) ^ 2))); (((((-1) * pooled) + ((-1) * ((sigma0) ^ 2)) + ((-1) * pooled * ((W) ^ 2)) + ((-1) * ((W) ^ 2) * ((sigma0) ^ 2)) + ((-1) * ((W) ^ 2) * ((sigma_real) ^ 2)) + (2 * W * pooled) + (2 * W * ((sigma0) ^ 2))) / (1 + INR d + ((-1) * T0))), fun i => (B i / s i))]).
  { apply sum_lin; intros j Hj; at_i j Hj. cbn [lin].  field; side. }
  rewrite ?E1.
  rewrite ?E2.
  rewrite ?E1.
  rewrite ?E2.
  cbn [slin].
  rewrite ?sum_one.
  conditions ltac:(fun Z => rewrite ?E1 in Z; rewrite ?E2 in Z; rewrite ?E1 in Z; rewrite ?E2 in Z; cbn [slin] in Z; rewrite ?sum_one in Z).
  field; side.
Qed.
End S23.

Section S24.  (* the best weight for one generation *)
(* algebra: complete the square: the best weight is the noise that it leaves *)
Lemma step24 : 
  (((W) ^ 2) + ((((1 + ((-1) * W))) ^ 2) * (pooled + rho)))
  = (((((W + ((((-1) * pooled) + ((-1) * rho)) / (1 + pooled + rho)))) ^ 2) / (1 + ((((-1) * pooled) + ((-1) * rho)) / (1 + pooled + rho)))) + ((pooled + rho) / (1 + pooled + rho))).
Proof.
  intros.
  cbn [slin].
  rewrite ?sum_one.
  conditions ltac:(fun Z => cbn [slin] in Z; rewrite ?sum_one in Z).
  field; side.
Qed.
End S24.

Section S25.  (* a constant weight *)
(* recurrence: iterate from pooled_0 = 0; holds at n = 0, and one step leads from n to n+1 *)
Lemma step25 : forall x : nat -> R, x O = 0 ->
  (forall k, x (S k) = (((W) ^ 2) + ((((1 + ((-1) * W))) ^ 2) * (x k + rho)))) ->
  forall k, x k = (((1 + ((-1) * ((((1 + ((-1) * W))) ^ 2) ^ k))) * (((W) ^ 2) + (rho * (((1 + ((-1) * W))) ^ 2)))) / (1 + ((-1) * (((1 + ((-1) * W))) ^ 2)))).
Proof.
  intros x H0 HS k. induction k as [|k IH].
  - rewrite H0. cbn [INR pow]. field; side.
  - rewrite HS, IH, ?S_INR. rewrite ?pow_mult. cbn [pow]. field; side.
Qed.
End S25.

Section S27.  (* the best constant weight as n -> infinity *)
Hypothesis put_rho : rho = (((W_) ^ 2) / (1 + ((-1) * W_))).
(* insertion: insert rho = W***2/(1 - W* ) *)
Lemma step26 : 
  ((((-1) * rho) + ((-1) * ((W) ^ 2)) + ((-1) * rho * ((W) ^ 2)) + (2 * W * rho)) / (W * ((-2) + W)))
  = ((((-1) * ((W) ^ 2)) + (((-1) * ((W_) ^ 2)) / (1 + ((-1) * W_))) + (((-1) * ((W) ^ 2) * ((W_) ^ 2)) / (1 + ((-1) * W_))) + ((2 * W * ((W_) ^ 2)) / (1 + ((-1) * W_)))) / (W * ((-2) + W))).
Proof.
  intros.
  rewrite ?put_rho.
  rewrite ?put_rho.
  cbn [slin].
  rewrite ?sum_one.
  conditions ltac:(fun Z => rewrite ?put_rho in Z; rewrite ?put_rho in Z; cbn [slin] in Z; rewrite ?sum_one in Z).
  field; side.
Qed.
(* algebra: complete the square: W* is the root of W*^2 = rho (1-W* ), and v = W* there *)
Lemma step27 : 
  ((((-1) * ((W) ^ 2)) + (((-1) * ((W_) ^ 2)) / (1 + ((-1) * W_))) + (((-1) * ((W) ^ 2) * ((W_) ^ 2)) / (1 + ((-1) * W_))) + ((2 * W * ((W_) ^ 2)) / (1 + ((-1) * W_)))) / (W * ((-2) + W)))
  = (W_ + ((((W + ((-1) * W_))) ^ 2) / (W * (1 + ((-1) * W_)) * (2 + ((-1) * W))))).
Proof.
  intros.
  cbn [slin].
  rewrite ?sum_one.
  conditions ltac:(fun Z => cbn [slin] in Z; rewrite ?sum_one in Z).
  field; side.
Qed.
End S27.

End Page.
